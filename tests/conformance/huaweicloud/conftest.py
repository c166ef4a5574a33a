"""Huawei Cloud's own Python SDK against a simulator of the test's own."""

import inspect
from contextlib import contextmanager

import coverage
import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials, Credentials, GlobalCredentials
from huaweicloudsdkcore.exceptions.exceptions import ServiceResponseException
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkcore.region.region import Region
from huaweicloudsdkiam.v3 import IamClient
from huaweicloudsdkvpcep.v1 import VpcepAsyncClient, VpcepClient

from fixtures import sim, simulator  # noqa: F401, fixtures of every test here
from world import ACCOUNTS


def operations_of(client):
    """Every call that the client has."""
    methods = inspect.getmembers(client, inspect.isfunction)
    return [name for name, method in methods
            if not name.startswith("_") and f"{name}_invoker" in dict(methods)
            and list(inspect.signature(method).parameters) == ["self", "request"]]


coverage.watch(VpcepClient, operations_of(VpcepClient))
coverage.watch(VpcepAsyncClient, operations_of(VpcepAsyncClient))


@pytest.fixture(autouse=True)
def forget_projects():
    """The SDK keeps the project ids that it has found; each test looks them up anew."""
    Credentials._CACHE.clear()


class Account:
    """One of the sample accounts, and its client for VPCEP."""

    def __init__(self, sim, name, user=0, region="tr-west-1", client=VpcepClient, project=None, security=None, keys=None):
        self.sim, self.name, self.region = sim, name, region
        self.world = ACCOUNTS[name]
        self.id = self.world["id"]
        self.user = self.world["users"][user]
        self.project = next(found for found in self.world["projects"] if found["region"] == region)
        access, secret = keys or (self.user["keys"][0]["access"], self.user["keys"][0]["secret"])
        self.credentials = BasicCredentials(access, secret, project).with_iam_endpoint(sim.url)
        if security:
            self.credentials.with_security_token(security)
        self.client = (client.new_builder().with_http_config(HttpConfig(timeout=(10, 60)))
                       .with_credentials(self.credentials).with_region(Region(region, sim.url)).build())

    def __getattr__(self, name):
        """`account.create_endpoint(request)` is the SDK's call."""
        return getattr(self.client, name)


@pytest.fixture
def account(sim):
    return lambda name, **options: Account(options.pop("sim", sim), name, **options)


@pytest.fixture
def owner(account):
    return account("owner")


@pytest.fixture
def shop(account):
    return account("shop")


def iam_of(sim, name, user=0):
    """The IAM client of an account's user; the SDK asks for the account's id by itself."""
    key = ACCOUNTS[name]["users"][user]["keys"][0]
    credentials = GlobalCredentials(key["access"], key["secret"]).with_iam_endpoint(sim.url).with_sts_endpoint(sim.url)
    return (IamClient.new_builder().with_http_config(HttpConfig(timeout=(10, 60)))
            .with_credentials(credentials).with_endpoint(sim.url).build())


@pytest.fixture
def iam(sim):
    return lambda name="owner", user=0: iam_of(sim, name, user)


@contextmanager
def refused(code, status=400):
    """The SDK reads this error code, this status and a request id from the refusal."""
    with pytest.raises(ServiceResponseException) as caught:
        yield caught
    error = caught.value
    assert (error.error_code, error.status_code) == (code, status), error
    assert error.error_msg and len(error.request_id) == 32
