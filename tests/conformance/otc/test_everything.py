"""Every call of the SDK, happy and unhappy, across accounts."""

import pytest
from openstack import exceptions

from conftest import Account, connect, refused
from world import (
    ACCOUNTS, CHECKOUT, CHECKOUT_A, CHECKOUT_TABLES, CLIENTS, CLIENTS_A, LINK, LINK_A, NOBODY, ORDERS_BALANCER,
    PAYMENTS, PAYMENTS_BALANCER, PUBLIC,
)

OBS = PUBLIC["tr-west-1", "obs"]
DNS = PUBLIC["tr-west-1", "dns"]


def ports(*pairs):
    return [{"client_port": client, "server_port": server, "protocol": "TCP"} for client, server in pairs or [(8080, 80)]]


def create_service(account, **changes):
    fields = dict(port_id=PAYMENTS_BALANCER, router_id=PAYMENTS, server_type="LB", ports=ports(), service_name="orders")
    return account.vpcep.create_service(**{**fields, **changes})


def available_service(account, **changes):
    service = create_service(account, **changes)
    account.sim.advance("61s")
    return service


def everybody(account, **changes):
    service = available_service(account, **changes)
    list(account.vpcep.manage_service_whitelist(service, "add", ["*"]))
    return service


def create_endpoint(account, service, **changes):
    fields = dict(endpoint_service_id=service, router_id=CHECKOUT, network_id=CHECKOUT_A)
    return account.vpcep.create_endpoint(**{**fields, **changes})


# Signing in

def test_a_password_gives_a_token_and_the_token_a_project(sim, owner):
    assert list(owner.vpcep.services()) == []
    assert owner.connection.current_project_id == ACCOUNTS["owner"]["projects"][0]["id"]
    assert sim.counts()["create_token"] == 1


def test_the_catalog_of_the_token_leads_to_the_service(sim):
    found = Account(sim, "owner", override=False)
    url = found.connection.session.get_endpoint(service_type="vpcep", region_name="tr-west-1", interface="public")
    assert ACCOUNTS["owner"]["projects"][0]["id"] in url


def test_a_wrong_password(sim):
    with pytest.raises(exceptions.SDKException, match=r"The username or password is wrong\. \(HTTP 401\)"):
        list(connect(sim, "owner", password="wrong").vpcep.services())


def test_a_token_that_ends_is_replaced_by_the_sdk_itself(sim, owner):
    assert list(owner.vpcep.services()) == []
    sim.faults({"operation": "list_services", "nth": 1, "expire_tokens": True})
    assert list(owner.vpcep.services()) == []
    assert sim.counts()["create_token"] == 2


def test_a_day_later_the_sdk_signs_in_again(sim, owner):
    list(owner.vpcep.services())
    sim.advance("24h1s")
    assert list(owner.vpcep.services()) == []
    assert sim.counts()["create_token"] == 2


def test_another_accounts_project(sim):
    intruder = connect(sim, "owner")
    intruder.config.config["vpcep_endpoint_override"] = f"{sim.url}/v1/{ACCOUNTS['shop']['projects'][0]['id']}"
    with refused("EndPoint.0004", 403):
        list(intruder.vpcep.services())


# Services

def test_the_life_of_a_service(sim, owner):
    made = create_service(owner, description="Aufträge – 注文", tags=[{"key": "Größe", "value": "大"}])
    assert (made.status, made.service_type, made.is_approval_enabled) == ("creating", "interface", True)
    assert made.service_name == f"tr-west-1.orders.{made.id}" and made.router_id == PAYMENTS
    sim.advance("61s")
    read = owner.vpcep.get_service(made.id)
    assert (read.status, read.description, read.tcp_proxy) == ("available", "Aufträge – 注文", "close")
    assert read.ports[0].client_port == 8080 and read.ports[0].protocol == "TCP" and read.tags[0].value == "大"
    changed = owner.vpcep.update_service(made.id, is_approval_enabled=False, service_name="bills", ports=ports((1, 2)))
    assert changed.is_approval_enabled is False and changed.service_name == f"tr-west-1.bills.{made.id}"
    assert changed.ports[0].server_port == 2
    owner.vpcep.delete_service(made, ignore_missing=False)
    assert owner.vpcep.get_service(made.id).status == "deleting"
    sim.advance("61s")
    with pytest.raises(exceptions.NotFoundException):
        owner.vpcep.get_service(made.id)
    with refused("EndPoint.0005", 404):
        owner.vpcep.delete_service(made.id, ignore_missing=False)
    assert owner.vpcep.delete_service(made.id) is None


@pytest.mark.parametrize("changes, code", [
    (dict(port_id=NOBODY), "EndPoint.3008"), (dict(port_id="x"), "EndPoint.3003"), (dict(router_id="x"), "EndPoint.0020"),
    (dict(router_id=NOBODY), "EndPoint.2001"), (dict(router_id=CLIENTS), "EndPoint.3042"),
    (dict(server_type="PC"), "EndPoint.3021"), (dict(ports=[]), "EndPoint.2028"), (dict(ports=ports((0, 1))), "EndPoint.3004"),
    (dict(ports=ports(*((port, port) for port in range(1, 202)))), "EndPoint.3074"),
    (dict(ports=[{"client_port": 1, "server_port": 1, "protocol": "UDP"}]), "EndPoint.3075"),
    (dict(service_name="seventeen-letters"), "EndPoint.1003"), (dict(description="<"), "EndPoint.0002"),
    (dict(tcp_proxy="sideways"), "EndPoint.0002"), (dict(tags=[{"key": "a*", "value": ""}]), "EndPoint.3068"),
])
def test_a_service_that_cannot_be(owner, changes, code):
    with refused(code):
        create_service(owner, **changes)


def test_ports_conflict_and_quotas_end(sim, account, owner):
    available_service(owner)
    with refused("EndPoint.3044"):
        create_service(owner)
    small = account("warehouse", user=1)
    assert {(row.type, row.used, row.quota) for row in small.vpcep.resource_quota()} == {
        ("endpoint_service", 0, 2), ("endpoint", 0, 3)}
    vpc = ACCOUNTS["warehouse"]["projects"][0]["vpcs"][0]
    for number in (1, 2):
        create_service(small, router_id=vpc["id"], port_id=vpc["ports"][0]["id"], ports=ports((number, number)))
    with refused("Endpoint.1018"):
        create_service(small, router_id=vpc["id"], port_id=vpc["ports"][0]["id"], ports=ports((3, 3)))
    assert [row.used for row in small.vpcep.resource_quota(type="endpoint_service")] == [2]
    with refused("EndPoint.3070"):
        list(small.vpcep.resource_quota(type="service"))


def test_services_are_found_and_listed(sim, owner, shop):
    first = available_service(owner)
    second = create_service(owner, service_name="other", ports=ports((1, 1)))

    def ids(**query):
        return [row.id for row in owner.vpcep.services(**query)]

    assert ids() == [second.id, first.id] and ids(sort_dir="asc", sort_key="create_at") == [first.id, second.id]
    assert ids(name="ORDERS") == ids(status="available") == ids(id=first.id) == [first.id]
    assert ids(limit=1) == [second.id] and ids(limit=1, offset=1) == [first.id]
    assert owner.vpcep.find_service(first.id).id == owner.vpcep.find_service(first.service_name).id == first.id
    assert owner.vpcep.find_service("nothing", ignore_missing=True) is None
    for query, code in [(dict(limit=1001), "EndPoint.0006"), (dict(offset=-1), "EndPoint.0010"),
                        (dict(sort_key="x"), "EndPoint.0017"), (dict(sort_dir="x"), "EndPoint.0018"),
                        (dict(status="x"), "EndPoint.0019"), (dict(id="x"), "EndPoint.3062")]:
        with refused(code):
            ids(**query)
    assert list(shop.vpcep.services()) == []
    with refused("EndPoint.0005", 404):
        shop.vpcep.get_service(first.id)
    with refused("EndPoint.0005", 404):
        shop.vpcep.update_service(first.id, description="mine")
    with refused("EndPoint.0005", 404):
        shop.vpcep.delete_service(first.id, ignore_missing=False)
    with refused("EndPoint.3045"):
        owner.vpcep.update_service(second.id, description="too early")


def test_public_and_target_services(sim, owner, shop):
    public = list(shop.vpcep.public_services())
    assert {row.id for row in public} >= {OBS["id"], DNS["id"]} and len(public) == 3
    [storage] = shop.vpcep.public_services(name="obs")
    assert (storage.id, storage.owner, storage.service_type, storage.is_charge) == (OBS["id"], "platform", "gateway", False)
    with refused("EndPoint.0017"):
        list(shop.vpcep.public_services(sort_key="x"))
    service = available_service(owner)
    for key in (service.id, service.service_name):
        target = shop.vpcep.get_target_service(key)
        assert (target.id, target.service_name, target.service_type) == (service.id, service.service_name, "interface")
    assert shop.vpcep.get_target_service("nobody", ignore_missing=True) is None
    with refused("EndPoint.0005", 404):
        shop.vpcep.get_target_service(NOBODY)


# Whitelists, endpoints, connections

def test_whitelists(sim, owner, shop):
    service = available_service(owner)
    with refused("EndPoint.2012"):
        create_endpoint(shop, service.id)
    added = list(owner.vpcep.manage_service_whitelist(service, "add", [shop.id]))
    assert [record.permission for record in added] == [f"iam:domain::{shop.id}"]
    [record] = owner.vpcep.service_whitelist(service)
    assert record.permission == f"iam:domain::{shop.id}" and record.id and record.created_at
    assert len(list(owner.vpcep.service_whitelist(service, permission="nobody"))) == 0
    create_endpoint(shop, service.id)
    list(owner.vpcep.manage_service_whitelist(service, "remove", [shop.id]))
    assert list(owner.vpcep.service_whitelist(service)) == []
    for domains, code in [(["a b"], "EndPoint.3002"), ([], "EndPoint.3036"), ([str(n) for n in range(51)], "EndPoint.0016")]:
        with refused(code):
            list(owner.vpcep.manage_service_whitelist(service, "add", domains))
    with refused("EndPoint.0006"):
        list(owner.vpcep.service_whitelist(service, limit=501))
    with refused("EndPoint.0005", 404):
        list(shop.vpcep.service_whitelist(service.id))
    with refused("EndPoint.0005", 404):
        list(shop.vpcep.manage_service_whitelist(service.id, "add", ["*"]))


def test_the_life_of_an_endpoint(sim, owner, shop):
    service = everybody(owner)
    made = create_endpoint(shop, service.id, is_dns_enabled=True, whitelist=["10.0.0.1"], is_whitelist_enabled=True,
                           description="Kasse", tags=[{"key": "team", "value": "Läden"}], ip="10.64.0.9")
    assert (made.status, made.service_type, made.is_enabled) == ("creating", "interface", True)
    assert made.marker_id > 16777216 and made.active_status == ["active"]
    with refused("EndPoint.3006"):
        owner.vpcep.delete_service(service)
    sim.advance("61s")
    [waiting] = owner.vpcep.service_connections(service)
    assert (waiting.id, waiting.status, waiting.domain_id, waiting.marker_id) == (
        made.id, "pendingAcceptance", shop.id, made.marker_id)
    [answered] = owner.vpcep.manage_service_connections(service, "accept", [made.id])
    assert answered.id == made.id
    sim.advance("61s")
    read = shop.vpcep.get_endpoint(made.id)
    assert (read.status, read.ip, len(read.dns_names)) == ("accepted", "10.64.0.9", 1)
    assert read.whitelist == ["10.0.0.1"] and read.tags[0].value == "Läden" and read.network_id == CHECKOUT_A
    with refused("EndPoint.2014"):
        owner.vpcep.manage_service_connections(service, "accept", [made.id])
    with refused("EndPoint.2042"):
        create_endpoint(shop, service.id, port_ip="10.64.0.9")
    [answered] = owner.vpcep.manage_service_connections(service, "reject", [made.id])
    assert answered.status == "rejected" and shop.vpcep.get_endpoint(made.id).ip == "10.64.0.9"
    shop.vpcep.delete_endpoint(made.id, ignore_missing=False)
    assert shop.vpcep.get_endpoint(made.id).status == "deleting"
    with refused("EndPoint.2018"):
        shop.vpcep.delete_endpoint(made.id)
    sim.advance("61s")
    with refused("EndPoint.2006", 404):
        shop.vpcep.get_endpoint(made.id)
    assert shop.vpcep.delete_endpoint(made.id) is None
    with refused("EndPoint.2006", 404):
        shop.vpcep.delete_endpoint(made.id, ignore_missing=False)


@pytest.mark.parametrize("changes, code, status", [
    (dict(endpoint_service_id=NOBODY), "EndPoint.2003", 400), (dict(endpoint_service_id="x"), "EndPoint.3062", 400),
    (dict(router_id=NOBODY), "EndPoint.2001", 400), (dict(network_id=None), "EndPoint.2010", 400),
    (dict(network_id=NOBODY), "EndPoint.4004", 404), (dict(network_id=LINK_A), "EndPoint.2037", 400),
    (dict(port_ip="1.2.3"), "EndPoint.2041", 400), (dict(port_ip="1.2.3.4"), "EndPoint.2043", 400),
    (dict(whitelist=["x"]), "EndPoint.2044", 400),
])
def test_an_endpoint_that_cannot_be(sim, owner, shop, changes, code, status):
    service = everybody(owner)
    with refused(code, status):
        create_endpoint(shop, service.id, **changes)


def test_rights_decide(sim, account, owner):
    service = everybody(owner)
    clerk = account("warehouse")
    vpc = ACCOUNTS["warehouse"]["projects"][0]["vpcs"][0]
    with refused("EndPoint.0004", 403):
        create_endpoint(clerk, service.id, router_id=vpc["id"], network_id=vpc["subnets"][0]["id"])
    auditor = account("owner", user=1)
    with refused("EndPoint.0004", 403):
        create_service(auditor)
    assert auditor.vpcep.get_service(service.id).id == service.id


def test_a_gateway(sim, shop):
    made = create_endpoint(shop, OBS["id"], network_id=None, route_tables=CHECKOUT_TABLES)
    sim.advance("61s")
    read = shop.vpcep.get_endpoint(made.id)
    assert (read.status, read.service_type, read.route_tables, read.ip) == ("accepted", "gateway", CHECKOUT_TABLES, None)
    with refused("EndPoint.2039"):
        create_endpoint(shop, OBS["id"], network_id=None)
    with refused("EndPoint.4030", 404):
        create_endpoint(shop, OBS["id"], network_id=None, route_tables=[NOBODY])


def test_endpoints_and_connections_are_listed(sim, account, owner, shop):
    service = everybody(owner)
    logistics = account("logistics")
    vpc = ACCOUNTS["logistics"]["projects"][0]["vpcs"][0]
    one = create_endpoint(shop, service.id)
    two = create_endpoint(shop, service.id, router_id=LINK, network_id=LINK_A)
    create_endpoint(logistics, service.id, router_id=vpc["id"], network_id=vpc["subnets"][0]["id"])
    own = create_endpoint(owner, service.id, router_id=CLIENTS, network_id=CLIENTS_A)

    def ids(**query):
        return [row.id for row in shop.vpcep.endpoints(**query)]

    assert ids() == [two.id, one.id] and ids(router_id=LINK) == [two.id] and ids(id=one.id) == [one.id]
    assert ids(limit=1, offset=1) == [one.id] and ids(endpoint_service_name="orders") == [two.id, one.id]
    with refused("EndPoint.0020"):
        ids(router_id="x")
    with refused("EndPoint.2019"):
        owner.vpcep.manage_service_connections(service, "accept", [own.id])
    sim.advance("61s")
    assert {row.domain_id for row in owner.vpcep.service_connections(service)} == {shop.id, logistics.id, owner.id}
    assert [row.id for row in owner.vpcep.service_connections(service, marker_id=one.marker_id)] == [one.id]
    assert [row.id for row in owner.vpcep.service_connections(service, id=two.id)] == [two.id]
    for endpoints, code in [([one.id, two.id], "EndPoint.2031"), (["x"], "EndPoint.2017"), ([NOBODY], "EndPoint.2013")]:
        with refused(code):
            owner.vpcep.manage_service_connections(service, "accept", endpoints)
    with refused("EndPoint.0005", 404):
        list(shop.vpcep.service_connections(service.id))


def test_the_sdk_pages_with_limits(simulator, account):
    sim = simulator("--op-delay", "0s", "--quota", "2000")
    owner = account("owner", sim=sim)
    made = {create_service(owner, service_name=f"s{number}", ports=ports((80, number))).id for number in range(1, 1201)}
    assert len(list(owner.vpcep.services())) == 10, "the SDK reads one page of ten when nobody says how many"
    seen = []
    while page := [row.id for row in owner.vpcep.services(limit=500, offset=len(seen))]:
        seen += page
    assert len(seen) == 1200 and set(seen) == made


# Faults

def test_throttling_and_failures(sim, owner):
    list(owner.vpcep.services())
    sim.faults({"operation": "list_services", "nth": 1, "error": {"code": "EndPoint.0022"}})
    with refused("EndPoint.0022"):
        list(owner.vpcep.services())
    assert list(owner.vpcep.services()) == []
    for status in (429, 500, 502, 503, 504):
        sim.faults({"operation": "list_services", "nth": 1, "error": {"status": status, "shape": "html"}})
        with pytest.raises(exceptions.HttpException) as caught:
            list(owner.vpcep.services())
        assert caught.value.status_code == status
    assert list(owner.vpcep.services()) == []


def test_the_other_shape_of_errors(sim, owner):
    sim.settings(error_shape="nested")
    with refused("EndPoint.0005", 404):
        owner.vpcep.get_service(NOBODY)


def test_a_creation_that_fails(sim, owner):
    sim.faults({"operation": "create_service", "fail": {"code": "EndPoint.3001", "message": "Failed to create a port."}})
    made = create_service(owner, port_id=ORDERS_BALANCER)
    sim.advance("61s")
    assert owner.vpcep.get_service(made.id).status == "failed"
    owner.vpcep.delete_service(made.id)
