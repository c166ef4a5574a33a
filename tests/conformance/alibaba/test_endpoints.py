"""Endpoints in a VPC of one's own, and the decisions about their connections."""

import pytest
from alibabacloud_privatelink20200415 import models

from conftest import BALANCER_I, ZONE_H, ZONE_I, refused

VPC, GROUP, SWITCH_I, SWITCH_H = "vpc-bp1simpartner00001", "sg-bp1simpartner00001", "vsw-bp1simpartner0000i", "vsw-bp1simpartner0000h"


@pytest.fixture
def service(customer, partner):
    service = customer.service()
    customer.ask("add_user_to_vpc_endpoint_service", service_id=service, user_id=int(partner.id))
    return service


def create(account, service, **parameters):
    zone = models.CreateVpcEndpointRequestZone(zone_id=ZONE_I, v_switch_id=SWITCH_I, ip="10.0.0.9")
    given = {"vpc_id": VPC, "service_id": service, "security_group_id": [GROUP], "zone": [zone], **parameters}
    return account.ask("create_vpc_endpoint", **given)


def test_an_endpoint_lives(customer, partner, service, sim):
    made = create(partner, service, endpoint_name="shop-link")
    assert (made.endpoint_status, made.connection_status) == ("Creating", "Disconnected")
    endpoint = made.endpoint_id
    with refused("EndpointConnectionOperationDenied"):
        customer.ask("enable_vpc_endpoint_connection", service_id=service, endpoint_id=endpoint)
    sim.advance("60s")
    customer.ask("enable_vpc_endpoint_connection", service_id=service, endpoint_id=endpoint, bandwidth=1024)
    assert partner.ask("get_vpc_endpoint_attribute", endpoint_id=endpoint).connection_status == "Connecting"
    sim.advance("60s")
    connection = customer.connection(service, endpoint)
    assert (connection.connection_status, connection.bandwidth) == ("Connected", 1024)
    assert (connection.endpoint_owner_id, connection.resource_owner) == (int(partner.id), False)
    customer.ask("update_vpc_endpoint_connection_attribute", service_id=service, endpoint_id=endpoint, bandwidth=2048)
    sim.advance("60s")
    customer.ask("disable_vpc_endpoint_zone_connection", service_id=service, endpoint_id=endpoint, zone_id=ZONE_I)
    assert partner.ask("list_vpc_endpoint_zones", endpoint_id=endpoint).zones[0].zone_status == "Disconnected"
    customer.ask("enable_vpc_endpoint_zone_connection", service_id=service, endpoint_id=endpoint, zone_id=ZONE_I)
    zone = partner.ask("list_vpc_endpoint_zones", endpoint_id=endpoint).zones[0]
    assert (zone.zone_id, zone.eni_ip, zone.zone_status) == (ZONE_I, "10.0.0.9", "Connected")
    with refused("EndpointServiceConnectionDependence"):
        customer.ask("detach_resource_from_vpc_endpoint_service", service_id=service, resource_id=BALANCER_I)
    customer.ask("disable_vpc_endpoint_connection", service_id=service, endpoint_id=endpoint)
    sim.advance("60s")
    assert customer.connection(service, endpoint).connection_status == "Disconnected"
    with refused("EndpointDependenceViolation"):
        partner.ask("delete_vpc_endpoint", endpoint_id=endpoint)
    partner.ask("remove_zone_from_vpc_endpoint", endpoint_id=endpoint, zone_id=ZONE_I)
    sim.advance("60s")
    partner.ask("delete_vpc_endpoint", endpoint_id=endpoint)
    sim.advance("60s")
    with refused("EndpointNotFound"):
        partner.ask("get_vpc_endpoint_attribute", endpoint_id=endpoint)


def test_an_endpoint_is_changed(partner, service, sim):
    endpoint = create(partner, service).endpoint_id
    sim.advance("60s")
    partner.ask("update_vpc_endpoint_attribute", endpoint_id=endpoint, endpoint_name="shop", endpoint_description="of the shop")
    sim.advance("60s")
    partner.ask("add_zone_to_vpc_endpoint", endpoint_id=endpoint, zone_id=ZONE_H, v_switch_id=SWITCH_H)
    with refused("EndpointOperationDenied"):
        partner.ask("attach_security_group_to_vpc_endpoint", endpoint_id=endpoint, security_group_id=GROUP)
    sim.advance("60s")
    partner.ask("attach_security_group_to_vpc_endpoint", endpoint_id=endpoint, security_group_id=GROUP)
    sim.advance("60s")
    with refused("EndpointMustContainSecurityGroup"):
        partner.ask("detach_security_group_from_vpc_endpoint", endpoint_id=endpoint, security_group_id=GROUP)
    groups = partner.ask("list_vpc_endpoint_security_groups", endpoint_id=endpoint).security_groups
    assert [one.security_group_id for one in groups] == [GROUP]
    found = partner.ask("list_vpc_endpoints", endpoint_name="shop").endpoints
    assert [(one.endpoint_id, one.endpoint_description) for one in found] == [(endpoint, "of the shop")]
    zones = lambda: {one.zone_id: one.zone_status for one in partner.ask("list_vpc_endpoint_zones", endpoint_id=endpoint).zones}
    assert len(zones()) == 2
    partner.ask("remove_zone_from_vpc_endpoint", endpoint_id=endpoint, zone_id=ZONE_H)
    assert zones()[ZONE_H] == "Deleting"
    sim.advance("60s")
    assert list(zones()) == [ZONE_I]


@pytest.mark.parametrize("parameters, code", [
    ({"service_id": "epsrv-nobody"}, "EndpointServiceNotFound"),
    ({"vpc_id": "vpc-nobody"}, "VpcNotFound"),
    ({"security_group_id": []}, "EndpointMustContainSecurityGroup"),
    ({"security_group_id": ["sg-nobody"]}, "SecurityGroupNotFound"),
    ({"zone": [models.CreateVpcEndpointRequestZone(zone_id=ZONE_I, v_switch_id=SWITCH_H)]}, "VSwitchNotFound"),
    ({"zone": [models.CreateVpcEndpointRequestZone(zone_id="cn-hangzhou-x", v_switch_id=SWITCH_H)]}, "EndpointServiceNotSupportedZone"),
    ({"endpoint_name": "1st"}, "IllegalParamFormat.EndpointName"),
])
def test_endpoints_that_cannot_be(partner, service, parameters, code):
    with refused(code):
        create(partner, service, **parameters)


def test_who_may_connect(customer, partner, service):
    create(partner, service)
    with refused("EndpointDuplicated"):
        create(partner, service)
    other = customer.service()
    with refused("EndpointServiceNotAuthorized"):
        create(partner, other)
