"""Open Telekom Cloud's SDK (an extension of the OpenStack SDK) against a simulator of the test's own."""

import inspect
from contextlib import contextmanager

import coverage
import openstack
import pytest
from openstack import exceptions
from otcextensions import sdk
from otcextensions.sdk.vpcep.v1._proxy import Proxy

from fixtures import sim, simulator  # noqa: F401, fixtures of every test here
from world import ACCOUNTS


coverage.watch(Proxy, [name for name, _ in inspect.getmembers(Proxy, inspect.isfunction)
                       if name in vars(Proxy) and not name.startswith("_")])


def connect(sim, name, user=0, region="tr-west-1", password=None, override=True):
    """Signed in by password, for a project; the endpoint is an option of the SDK, or comes from the token's catalog."""
    known = ACCOUNTS[name]
    person = known["users"][user]
    project = next(found for found in known["projects"] if found["region"] == region)
    options = {"vpcep_endpoint_override": f"{sim.url}/v1/{project['id']}"} if override else {}
    connection = openstack.connect(
        auth_url=f"{sim.url}/v3", username=person["name"], password=password or person["password"],
        user_domain_name=name, project_name=project["name"], project_domain_name=name, region_name=region,
        load_yaml_config=False, load_envvars=False, vpcep_api_version="1", **options)
    sdk.register_otc_extensions(connection)
    return connection


class Account:
    def __init__(self, sim, name, **options):
        self.sim, self.name = sim, name
        self.id = ACCOUNTS[name]["id"]
        self.connection = connect(sim, name, **options)
        self.vpcep = self.connection.vpcep


@pytest.fixture
def account(sim):
    return lambda name, **options: Account(options.pop("sim", sim), name, **options)


@pytest.fixture
def owner(account):
    return account("owner")


@pytest.fixture
def shop(account):
    return account("shop")


@contextmanager
def refused(code, status=400):
    """The SDK reads this status, and the code and request id stand in what it was told."""
    with pytest.raises(exceptions.HttpException) as caught:
        yield caught
    error = caught.value
    assert error.status_code == status, error
    body = error.response.json()
    inner = body.get("error")
    found = body.get("error_code") or (inner or {}).get("code")
    assert found == code, body
    assert len(error.response.headers["X-Request-Id"]) == 32
