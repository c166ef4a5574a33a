"""Alibaba Cloud's own Python SDKs against a simulator of the test's own."""

from contextlib import contextmanager
from pathlib import Path

import coverage
import pytest
import yaml
from alibabacloud_elasticsearch20170613 import models as es_models
from alibabacloud_elasticsearch20170613.client import Client as Elasticsearch
from alibabacloud_privatelink20200415 import models as link_models
from alibabacloud_privatelink20200415.client import Client as PrivateLink
from alibabacloud_sts20150401.client import Client as Sts
from alibabacloud_tea_openapi.utils_models import Config
from darabonba.exceptions import DaraException

from fixtures import sim, simulator  # noqa: F401, fixtures of every test here

SAMPLE = Path(__file__).resolve().parents[3] / "src/sim/sample.yaml"
ALIBABA = yaml.safe_load(SAMPLE.read_text(encoding="utf-8"))["alibaba"]
ACCOUNTS = {account["name"]: account for account in ALIBABA["accounts"]}
REGION = "cn-hangzhou"
INSTANCE = "es-cn-2r429tctl000d0000"
ZONE_H, ZONE_I = "cn-hangzhou-h", "cn-hangzhou-i"
BALANCER_H, BALANCER_I = "lb-bp1simpayments0001", "lb-bp1simpayments0002"
SERVICE_ACCOUNT = int(ALIBABA["service_account"])

# What the simulator does not have: no page of the reference describes it.
BEYOND = {"check_product_open", "describe_regions", "describe_zones", "open_private_link_service",
          "update_vpc_endpoint_service_resource_attribute", "update_vpc_endpoint_zone_connection_resource_attribute"}
LINK = sorted(name for name in vars(PrivateLink)
              if f"{name}_with_options" in vars(PrivateLink) and not name.endswith("_async") and name not in BEYOND)
SEARCH = ["list_vpc_endpoints", "create_vpc_endpoint", "delete_vpc_endpoint", "describe_instance", "list_instance",
          "describe_regions", "enable_kibana_pvl_network", "disable_kibana_pvl_network", "list_kibana_pvl_network",
          "update_kibana_pvl_network", "trigger_network"]
coverage.watch(PrivateLink, LINK, "privatelink.")
coverage.watch(Elasticsearch, SEARCH, "elasticsearch.")
coverage.watch(Sts, ["get_caller_identity"], "sts.")


class Account:
    """One of the sample accounts, and its clients."""

    def __init__(self, sim, name="customer", key=0):
        self.sim = sim
        self.id = ACCOUNTS[name]["id"]
        key = ACCOUNTS[name]["keys"][key]
        def config():
            return Config(access_key_id=key["access"], access_key_secret=key["secret"],
                          security_token=key.get("security_token"), region_id=REGION, protocol="http",
                          endpoint=sim.url.removeprefix("http://"))
        self.link, self.search, self.sts = PrivateLink(config()), Elasticsearch(config()), Sts(config())

    def ask(self, operation, **parameters):
        """A call of PrivateLink; its body."""
        name = "".join(word.capitalize() for word in operation.split("_")) + "Request"
        return getattr(self.link, operation)(getattr(link_models, name)(region_id=REGION, **parameters)).body

    def service(self, **parameters):
        """A service with a back end in each zone, active."""
        resources = [link_models.CreateVpcEndpointServiceRequestResource(resource_id=id, resource_type="slb", zone_id=zone)
                     for id, zone in [(BALANCER_H, ZONE_H), (BALANCER_I, ZONE_I)]]
        made = self.ask("create_vpc_endpoint_service", resource=resources, **parameters)
        self.sim.advance("60s")
        return made.service_id

    def endpoint_of(self, service, zone=ZONE_I, instance=INSTANCE, **parameters):
        request = es_models.CreateVpcEndpointRequest(service_id=service, zone_id=zone, **parameters)
        return self.search.create_vpc_endpoint(instance, request).body.result

    def endpoints(self, instance=INSTANCE, **parameters):
        return self.search.list_vpc_endpoints(instance, es_models.ListVpcEndpointsRequest(**parameters)).body.result

    def connection(self, service, endpoint):
        found = self.ask("list_vpc_endpoint_connections", service_id=service, endpoint_id=endpoint).connections
        return found[0] if found else None


@pytest.fixture
def customer(sim):
    return Account(sim)


@pytest.fixture
def partner(sim):
    return Account(sim, "partner")


@contextmanager
def refused(code, status=400):
    """The SDK reads this code and this status from the refusal."""
    with pytest.raises(DaraException) as caught:
        yield caught
    error = caught.value
    assert error.code == code, error
    assert getattr(error, "status_code", status) == status, error
