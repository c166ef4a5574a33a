"""Endpoints of Elasticsearch instances: made by one product, accepted in the other."""

import pytest
from alibabacloud_elasticsearch20170613 import models

from conftest import INSTANCE, SERVICE_ACCOUNT, ZONE_I, Account, refused


@pytest.fixture
def service(customer):
    service = customer.service()
    customer.ask("add_user_to_vpc_endpoint_service", service_id=service, user_id=SERVICE_ACCOUNT)
    return service


def test_the_whole_chain(customer, service, sim):
    made = customer.endpoint_of(service)
    assert made.service_id == service
    assert made.endpoint_domain == f"{made.endpoint_id}.{service}.cn-hangzhou.privatelink.aliyuncs.com"
    (found,) = customer.endpoints()
    assert (found.endpoint_status, found.connection_status, found.endpoint_business_status) == ("Creating", "Disconnected", "Normal")
    sim.advance("60s")
    connection = customer.connection(service, made.endpoint_id)
    assert (connection.endpoint_owner_id, connection.resource_owner) == (SERVICE_ACCOUNT, False)
    with refused("EndpointNotFound"):
        customer.ask("get_vpc_endpoint_attribute", endpoint_id=made.endpoint_id)
    customer.ask("enable_vpc_endpoint_connection", service_id=service, endpoint_id=made.endpoint_id)
    sim.advance("60s")
    assert customer.endpoints()[0].connection_status == "Connected"
    customer.ask("disable_vpc_endpoint_connection", service_id=service, endpoint_id=made.endpoint_id)
    sim.advance("60s")
    assert customer.endpoints()[0].connection_status == "Disconnected"
    assert customer.search.delete_vpc_endpoint(INSTANCE, made.endpoint_id, models.DeleteVpcEndpointRequest()).body.result is True
    assert customer.endpoints()[0].endpoint_status == "Deleting"
    sim.advance("60s")
    assert customer.endpoints() == []


def test_a_token_makes_a_repeat_the_same_call(customer, service):
    first = customer.endpoint_of(service, client_token="t-1")
    again = customer.endpoint_of(service, client_token="t-1")
    assert again.endpoint_id == first.endpoint_id and len(customer.endpoints()) == 1
    with refused("IdempotentParameterMismatch"):
        customer.endpoint_of(service, zone="cn-hangzhou-h", client_token="t-1")
    with refused("InvalidClientToken"):
        customer.endpoint_of(service, client_token="t" * 65)


def test_a_reset_after_the_endpoint_was_made(customer, service, sim):
    sim.faults({"operation": "elasticsearch:CreateVpcEndpoint", "lose_answer": True, "nth": 1})
    with pytest.raises(Exception):
        customer.endpoint_of(service, client_token="t-2")
    made = customer.endpoint_of(service, client_token="t-2")
    assert [one.endpoint_id for one in customer.endpoints()] == [made.endpoint_id]


def test_what_is_refused(customer, service, sim):
    with refused("InstanceNotFound"):
        customer.endpoint_of(service, instance="es-cn-nobody")
    with refused("EndpointServiceNotFound"):
        customer.endpoint_of("epsrv-nobody")
    with refused("EndpointServiceNotSupportedZone"):
        customer.endpoint_of(service, zone="cn-hangzhou-x")
    with refused("ComponentCodeValueError"):
        customer.endpoint_of(service, instance="es-cn-0pp1oldone0d0002")
    unlisted = customer.service()
    with refused("EndpointServiceNotAuthorized"):
        customer.endpoint_of(unlisted)
    customer.endpoint_of(service)
    with refused("EndpointDuplicated"):
        customer.endpoint_of(service)
    with refused("EndpointNotFound"):
        customer.search.delete_vpc_endpoint(INSTANCE, "ep-nobody", models.DeleteVpcEndpointRequest())
    sim.settings(alibaba={"delete_unknown": "result_false"})
    gone = customer.search.delete_vpc_endpoint(INSTANCE, "ep-nobody", models.DeleteVpcEndpointRequest())
    assert gone.body.result is False


def test_pages_without_a_total(customer, service):
    customer.sim.settings(alibaba={"one_endpoint_per_service": False})
    made = {customer.endpoint_of(service).endpoint_id for _ in range(5)}
    pages = [customer.endpoints(page=page, size=2) for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert {one.endpoint_id for page in pages for one in page} == made
    with refused("InvalidParameter"):
        customer.endpoints(page=0, size=2)


def test_automatic_acceptance_and_dry_runs(customer, service, sim):
    body = customer.search.create_vpc_endpoint(
        INSTANCE, models.CreateVpcEndpointRequest(service_id=service, zone_id=ZONE_I, dry_run=True)).body
    assert body.result is None and customer.endpoints() == []
    automatic = customer.service(auto_accept_enabled=True)
    customer.ask("add_user_to_vpc_endpoint_service", service_id=automatic, user_id=SERVICE_ACCOUNT)
    customer.endpoint_of(automatic)
    sim.advance("120s")
    assert customer.endpoints()[0].connection_status == "Connected"


def test_throttling(customer, sim):
    sim.faults({"operation": "elasticsearch:ListVpcEndpoints", "error": {"status": 429}})
    with pytest.raises(Exception) as caught:
        customer.endpoints()
    assert caught.value.retry_after == 1000
    sim.settings(alibaba={"throttling": "bare"})
    with refused("Throttling.User"):
        customer.endpoints()


def test_instances_and_regions(customer):
    one = customer.search.describe_instance(INSTANCE).body.result
    assert (one.instance_id, one.status, one.is_new_deployment, one.port) == (INSTANCE, "active", True, 9200)
    listed = customer.search.list_instance(models.ListInstanceRequest(description="log")).body
    assert [row.instance_id for row in listed.result] == [INSTANCE] and listed.headers.x_total_count == 1
    assert listed.result[0].is_new_deployment == "true"
    assert customer.search.describe_regions().body.result[0].region_id == "cn-hangzhou"


def test_private_links_of_kibana(customer):
    request = models.EnableKibanaPvlNetworkRequest(endpoint_name="kibana", security_groups=["sg-1"], vpc_id="vpc-1", v_switch_ids_zone=[
        models.EnableKibanaPvlNetworkRequestVSwitchIdsZone(vswitch_id="vsw-1", zone_id=ZONE_I)])
    assert customer.search.enable_kibana_pvl_network(INSTANCE, request).body.result is True
    (link,) = customer.search.list_kibana_pvl_network(INSTANCE).body.result
    change = models.UpdateKibanaPvlNetworkRequest(pvl_id=link.pvl_id, endpoint_name="other", security_groups=["sg-2"])
    assert customer.search.update_kibana_pvl_network(INSTANCE, change).body.result is True
    assert customer.search.list_kibana_pvl_network(INSTANCE).body.result[0].endpoint_name == "other"
    assert customer.search.disable_kibana_pvl_network(INSTANCE).body.result is True
    assert customer.search.list_kibana_pvl_network(INSTANCE).body.result == []
    request = models.TriggerNetworkRequest(node_type="KIBANA", network_type="PUBLIC", action_type="OPEN")
    assert customer.search.trigger_network(INSTANCE, request).body.result is True


def test_who_calls(sim):
    customer, temporary = Account(sim), Account(sim, key=2)
    for account in (customer, temporary):
        assert account.sts.get_caller_identity().body.account_id == customer.id
    auditor = Account(sim, key=1)
    auditor.endpoints()
    with refused("NoPermission", 403):
        auditor.ask("create_vpc_endpoint_service")


def test_the_pages_own_sample(sim):
    handbook = Account(sim, "handbook")
    first, second = handbook.endpoints("es-cn-2r429tctl000d****")
    assert (first.endpoint_id, first.connection_status) == ("ep-bp18s6wy9420wdi4****", "Disconnected")
    assert (second.endpoint_id, second.connection_status) == ("ep-bp1tah7zbrwmkjef****", "Connected")
    assert second.create_time == "2021-07-22T01:12:28Z" and second.service_name == "****"
