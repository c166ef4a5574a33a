"""Endpoint services: their back ends, whitelists, tags; what a consumer sees of them."""

import pytest
from alibabacloud_privatelink20200415 import models

from conftest import BALANCER_H, BALANCER_I, SERVICE_ACCOUNT, ZONE_H, ZONE_I, refused

KIND = "VpcEndpointService"


def test_a_service_lives(customer, sim):
    made = customer.ask("create_vpc_endpoint_service", service_description="hooks", auto_accept_enabled=False,
                        tag=[models.CreateVpcEndpointServiceRequestTag(key="team", value="search")])
    assert made.service_id.startswith("epsrv-") and made.service_status == "Creating"
    with refused("EndpointServiceOperationDenied"):
        customer.ask("update_vpc_endpoint_service_attribute", service_id=made.service_id, service_description="later")
    sim.advance("60s")
    customer.ask("attach_resource_to_vpc_endpoint_service", service_id=made.service_id, resource_id=BALANCER_I,
                 resource_type="slb", zone_id=ZONE_I)
    customer.ask("update_vpc_endpoint_service_attribute", service_id=made.service_id, service_description="hooks of logs",
                 connect_bandwidth=2048, add_supported_region_set=["cn-beijing"])
    found = customer.ask("get_vpc_endpoint_service_attribute", service_id=made.service_id)
    assert (found.service_status, found.service_business_status) == ("Active", "Normal")
    assert (found.service_description, found.connect_bandwidth, found.zones) == ("hooks of logs", 2048, [ZONE_I])
    assert found.supported_region_set[0].supported_region_id == "cn-beijing"
    assert found.service_name == f"com.aliyuncs.privatelink.cn-hangzhou.{made.service_id}"
    resources = customer.ask("list_vpc_endpoint_service_resources", service_id=made.service_id).resources
    assert [(one.resource_id, one.zone_id) for one in resources] == [(BALANCER_I, ZONE_I)]
    with refused("EndpointServiceDependenceViolation"):
        customer.ask("delete_vpc_endpoint_service", service_id=made.service_id)
    customer.ask("detach_resource_from_vpc_endpoint_service", service_id=made.service_id, resource_id=BALANCER_I,
                 resource_type="slb", zone_id=ZONE_I)
    customer.ask("delete_vpc_endpoint_service", service_id=made.service_id)
    sim.advance("60s")
    with refused("EndpointServiceNotFound"):
        customer.ask("get_vpc_endpoint_service_attribute", service_id=made.service_id)


@pytest.mark.parametrize("parameters, code", [
    ({"resource_id": "lb-nobody", "resource_type": "slb"}, "LoadBalancerNotFound"),
    ({"resource_id": BALANCER_H, "resource_type": "nlb"}, "EndpointServiceResourceTypeNotEqual"),
    ({"resource_id": BALANCER_H, "resource_type": "slb", "zone_id": ZONE_I}, "EndpointServiceNotSupportedZone"),
    ({"resource_id": BALANCER_H, "resource_type": "slb", "zone_id": ZONE_H}, "EndpointServiceResourceExist"),
])
def test_back_ends_that_cannot_be(customer, parameters, code):
    service = customer.service()
    with refused(code):
        customer.ask("attach_resource_to_vpc_endpoint_service", service_id=service, **parameters)


def test_pages_lead_on(customer, sim):
    made = {customer.ask("create_vpc_endpoint_service").service_id for _ in range(5)}
    sim.advance("60s")
    found, token = set(), None
    while True:
        page = customer.ask("list_vpc_endpoint_services", max_results=2, next_token=token)
        assert page.total_count == 5
        found |= {one.service_id for one in page.services}
        token = page.next_token
        if not token:
            break
    assert found == made


def test_the_whitelist(customer, partner):
    service = customer.service()
    assert not partner.ask("list_vpc_endpoint_services_by_end_user").services
    customer.ask("add_user_to_vpc_endpoint_service", service_id=service, user_id=int(partner.id))
    customer.ask("add_user_to_vpc_endpoint_service", service_id=service, user_arn=f"acs:ram:*:{SERVICE_ACCOUNT}:*")
    users = customer.ask("list_vpc_endpoint_service_users", service_id=service)
    assert [one.user_id for one in users.users] == [int(partner.id)] and users.total_count == "1"
    arns = customer.ask("list_vpc_endpoint_service_users", service_id=service, user_list_type="UserARNs").user_arns
    assert {one.user_arn for one in arns} == {f"acs:ram:*:{partner.id}:*", f"acs:ram:*:{SERVICE_ACCOUNT}:*"}
    seen = partner.ask("list_vpc_endpoint_services_by_end_user").services
    assert [(one.service_id, one.zones) for one in seen] == [(service, [ZONE_H, ZONE_I])]
    customer.ask("remove_user_from_vpc_endpoint_service", service_id=service, user_id=int(partner.id))
    assert not customer.ask("list_vpc_endpoint_service_users", service_id=service).users
    with refused("Mismatch.UserIdAndUserArn"):
        customer.ask("add_user_to_vpc_endpoint_service", service_id=service, user_id=1, user_arn="acs:ram:*:2:*")
    with refused("EndpointServiceNotFound"):
        partner.ask("list_vpc_endpoint_service_users", service_id=service)


def test_tags_and_groups(customer):
    service = customer.service()
    tags = [models.TagResourcesRequestTag(key="a", value="1"), models.TagResourcesRequestTag(key="b", value="2")]
    customer.ask("tag_resources", resource_id=[service], resource_type=KIND, tag=tags)
    customer.ask("untag_resources", resource_id=[service], resource_type=KIND, tag_key=["b"])
    found = customer.ask("list_tag_resources", resource_id=[service], resource_type=KIND).tag_resources
    assert [(one.tag_key, one.tag_value) for one in found] == [("a", "1")]
    request = models.ChangeResourceGroupRequest(resource_id=service, resource_type=KIND, resource_group_id="rg-1")
    customer.link.change_resource_group(request)
    assert customer.ask("get_vpc_endpoint_service_attribute", service_id=service).resource_group_id == "rg-1"


def test_a_dry_run_passes_by_failing(customer):
    with refused("DryRunOperation"):
        customer.ask("create_vpc_endpoint_service", dry_run=True)
    with refused("LoadBalancerNotFound"):
        resource = models.CreateVpcEndpointServiceRequestResource(resource_id="lb-nobody", resource_type="slb")
        customer.ask("create_vpc_endpoint_service", dry_run=True, resource=[resource])
    assert not customer.ask("list_vpc_endpoint_services").services
