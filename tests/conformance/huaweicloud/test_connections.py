"""Whitelists, endpoints, connections and their acceptance, across accounts."""

import datetime

import pytest
from huaweicloudsdkvpcep.v1 import *  # noqa: F403

from conftest import refused
from makers import (
    allow, answer_connection, available_service, connections, create_endpoint, create_service, delete_endpoint,
    delete_service, everybody, get_endpoint, pending_endpoint, permissions, ports,
)
from world import (
    CHECKOUT, CHECKOUT_B, CHECKOUT_TABLES, CLIENTS, CLIENTS_A, FORBIDDEN_SUBNET, FORBIDDEN_VPC, LINK,
    LINK_A, LINK_TABLE, NOBODY, PUBLIC,
)

OBS = PUBLIC["tr-west-1", "obs"]["id"]
DNS = PUBLIC["tr-west-1", "dns"]["id"]
SWR = PUBLIC["tr-west-1", "swr"]["id"]


# Whitelists

def test_only_who_is_on_the_whitelist_may_connect(sim, owner, shop):
    service = available_service(owner)
    with refused("EndPoint.2012"):
        create_endpoint(shop, service.id)
    answer = allow(owner, service.id, f"iam:domain::{shop.id}")
    assert (answer.permissions, answer.permission_type) == ([f"iam:domain::{shop.id}"], "domainId")
    assert create_endpoint(shop, service.id).status == "creating"
    allow(owner, service.id, f"iam:domain::{shop.id}", action="remove")
    assert permissions(owner, service.id).total_count == 0
    with refused("EndPoint.2012"):
        create_endpoint(shop, service.id)


@pytest.mark.parametrize("permission, kind", [
    ("*", "domainId"), ("iam:domain::*", "domainId"), ("iam:domainName::shop", "domainId"),
    ("organizations:orgPath::*", "orgPath"), ("organizations:orgPath::o-sample/r-root/ou-consumers/*", "orgPath"),
    ("organizations:orgPath::o-sample/r-root/ou-consumers", "orgPath"),
])
def test_every_form_of_permission_admits(sim, owner, shop, permission, kind):
    service = available_service(owner)
    allow(owner, service.id, permission)
    [record] = permissions(owner, service.id).permissions
    assert (record.permission, record.permission_type) == (permission, kind)
    assert isinstance(record.created_at, datetime.datetime)
    assert create_endpoint(shop, service.id).id


@pytest.mark.parametrize("permission", [
    "organizations:orgPath::o-partner/*", "iam:domainName::shopping", "iam:domain::0a1b2c3d4e5f60718293a4b5c6d7e8f0",
])
def test_permissions_for_others_do_not(sim, owner, shop, permission):
    service = available_service(owner)
    allow(owner, service.id, permission)
    with refused("EndPoint.2012"):
        create_endpoint(shop, service.id)


def test_the_owner_needs_no_permission(sim, owner):
    service = available_service(owner)
    endpoint = create_endpoint(owner, service.id, vpc_id=CLIENTS, subnet_id=CLIENTS_A)
    sim.advance("61s")
    assert get_endpoint(owner, endpoint.id).status == "pendingAcceptance"
    assert permissions(owner, service.id).total_count == 0


@pytest.mark.parametrize("entries, action, kind, code", [
    ([], "add", None, "EndPoint.3036"), (["shop"], "add", None, "EndPoint.3002"),
    (["iam:domain::"], "add", None, "EndPoint.3002"), (["iam:domain::" + "a" * 65], "add", None, "EndPoint.3002"),
    (["*"], "add", "orgPath", "EndPoint.3002"), (["*"], "toggle", None, "EndPoint.3035"),
    (["*"], "add", "planet", "EndPoint.0002"),
    ([f"iam:domain::{number}" for number in range(51)], "add", None, "EndPoint.0016"),
])
def test_whitelists_that_cannot_be(sim, owner, entries, action, kind, code):
    service = available_service(owner)
    with refused(code):
        allow(owner, service.id, *entries, action=action, kind=kind)
    assert permissions(owner, service.id).total_count == 0


def batch_add(account, service, *entries, kind=None):
    records = [EpsAddPermissionRequest(permission=permission, description=text) for permission, text in entries]
    body = BatchAddEndpointServicePermissionsRequestBody(permissions=records, permission_type=kind)
    return account.batch_add_endpoint_service_permissions(
        BatchAddEndpointServicePermissionsRequest(vpc_endpoint_service_id=service, body=body)).permissions


def batch_remove(account, service, *ids):
    body = BatchRemoveEndpointServicePermissionsRequestBody(
        permissions=[EpsRemovePermissionRequest(id=record) for record in ids])
    return account.batch_remove_endpoint_service_permissions(
        BatchRemoveEndpointServicePermissionsRequest(vpc_endpoint_service_id=service, body=body)).permissions


def describe_permission(account, service, record, text):
    body = UpdateEndpointServicePermissionDescRequestBody(permission=EpsUpdatePermissionDesc(description=text))
    return account.update_endpoint_service_permission_desc(UpdateEndpointServicePermissionDescRequest(
        vpc_endpoint_service_id=service, permission_id=record, body=body)).permissions


def test_whitelist_records_in_batches(sim, owner, shop):
    service = available_service(owner)
    made = batch_add(owner, service.id, (f"iam:domain::{shop.id}", "Käufer"), ("iam:domain::abc", ""))
    assert {(record.permission, record.description) for record in made} == {
        (f"iam:domain::{shop.id}", "Käufer"), ("iam:domain::abc", "")}
    assert all(record.permission_type == "domainId" and record.created_at for record in made)
    [found] = permissions(owner, service.id, permission=shop.id).permissions
    [described] = describe_permission(owner, service.id, found.id, "neu – 新")
    assert (described.id, described.description) == (found.id, "neu – 新")
    again = batch_add(owner, service.id, (f"iam:domain::{shop.id}", "twice"))
    assert permissions(owner, service.id).total_count == 2 and again[0].id == found.id
    assert batch_remove(owner, service.id, found.id) == []
    assert [record.permission for record in permissions(owner, service.id).permissions] == ["iam:domain::abc"]
    with refused("EndPoint.0005", 404):
        batch_remove(owner, service.id, found.id)
    with refused("EndPoint.0005", 404):
        describe_permission(owner, service.id, found.id, "gone")
    with refused("EndPoint.3036"):
        batch_add(owner, service.id)
    with refused("EndPoint.3002"):
        batch_add(owner, service.id, ("nobody", ""))
    with refused("EndPoint.0002"):
        batch_add(owner, service.id, ("*", "<b>"))
    with refused("EndPoint.0016"):
        batch_add(owner, service.id, *((f"iam:domain::{number}", "") for number in range(51)))
    with refused("EndPoint.3036"):
        batch_remove(owner, service.id)
    with refused("EndPoint.0005", 404):
        batch_remove(shop, service.id, found.id)


def test_five_hundred_whitelist_records_and_no_more(sim, owner):
    service = available_service(owner)
    for start in range(0, 500, 50):
        allow(owner, service.id, *(f"iam:domain::{number:04}" for number in range(start, start + 50)))
    with refused("EndPoint.3049"):
        allow(owner, service.id, "*")
    assert len(permissions(owner, service.id).permissions) == 10
    page = permissions(owner, service.id, limit=500)
    assert page.total_count == 500 == len({record.permission for record in page.permissions})
    assert permissions(owner, service.id, limit=500, permission="::00").total_count == 100
    assert len(permissions(owner, service.id, limit=200, offset=400).permissions) == 100
    for query, code in [(dict(limit=501), "EndPoint.0006"), (dict(offset=-1), "EndPoint.0010"),
                        (dict(sort_key="permission"), "EndPoint.0017"), (dict(sort_dir="up"), "EndPoint.0018")]:
        with refused(code):
            permissions(owner, service.id, **query)


# Endpoints

def test_an_endpoint_waits_is_accepted_and_gets_its_address(sim, owner, shop):
    service = everybody(owner)
    made = create_endpoint(shop, service.id, enable_dns=True, whitelist=["10.0.0.0/24"], enable_whitelist=True,
                           description="Kasse", tags=[TagList(key="team", value="shop")])
    assert (made.status, made.service_type, made.enable_status) == ("creating", "interface", "enable")
    assert made.active_status == ["active"] and made.marker_id > 16777216 and made.ip is None
    assert made.endpoint_service_name == service.service_name and made.specification_name == "default"
    sim.advance("61s")
    waiting = get_endpoint(shop, made.id)
    assert waiting.status == "pendingAcceptance" and waiting.ip is None
    [connection] = connections(owner, service.id).connections
    assert (connection.id, connection.status, connection.domain_id) == (made.id, "pendingAcceptance", shop.id)
    assert connection.marker_id == made.marker_id
    [answered] = answer_connection(owner, service.id, made.id).connections
    assert answered.status in ("creating", "accepted")
    sim.advance("61s")
    read = get_endpoint(shop, made.id)
    assert read.status == "accepted" and read.ip.startswith("10.") and len(read.dns_names) == 1
    assert read.whitelist == ["10.0.0.0/24"] and read.enable_whitelist is True and read.routetables == []
    assert (read.description, read.tags[0].key, read.tags[0].value) == ("Kasse", "team", "shop")
    with refused("EndPoint.2014"):
        answer_connection(owner, service.id, made.id)


def test_without_approval_an_endpoint_is_accepted_by_itself(sim, owner, shop):
    service = everybody(owner, approval_enabled=False)
    endpoint = pending_endpoint(owner, shop, service.id, port_ip="10.64.0.77")
    read = get_endpoint(shop, endpoint.id)
    assert (read.status, read.ip) == ("accepted", "10.64.0.77")
    with refused("EndPoint.2042"):
        create_endpoint(shop, service.id, port_ip="10.64.0.77")


def test_rejected_and_accepted_again(sim, owner, shop):
    service = everybody(owner)
    endpoint = pending_endpoint(owner, shop, service.id)
    [answered] = answer_connection(owner, service.id, endpoint.id, "reject").connections
    assert answered.status == "rejected" and get_endpoint(shop, endpoint.id).ip is None
    assert answer_connection(owner, service.id, endpoint.id, "reject").connections[0].status == "rejected"
    answer_connection(owner, service.id, endpoint.id)
    with refused("EndPoint.2019"):
        answer_connection(owner, service.id, endpoint.id)
    sim.advance("61s")
    address = get_endpoint(shop, endpoint.id).ip
    answer_connection(owner, service.id, endpoint.id, "reject")
    read = get_endpoint(shop, endpoint.id)
    assert (read.status, read.ip) == ("rejected", address), "an address stays after acceptance"
    delete_service(owner, service.id)


@pytest.mark.parametrize("changes, code, status", [
    (dict(endpoint_service_id=None), "EndPoint.2029", 400), (dict(endpoint_service_id="x"), "EndPoint.3062", 400),
    (dict(endpoint_service_id=NOBODY), "EndPoint.2003", 400), (dict(vpc_id=None), "EndPoint.2011", 400),
    (dict(vpc_id="x"), "EndPoint.0020", 400), (dict(vpc_id=NOBODY), "EndPoint.2001", 400),
    (dict(vpc_id=CLIENTS), "EndPoint.2001", 400), (dict(subnet_id=None), "EndPoint.2010", 400),
    (dict(subnet_id="x"), "EndPoint.0023", 400), (dict(subnet_id=NOBODY), "EndPoint.4004", 404),
    (dict(subnet_id=LINK_A), "EndPoint.2037", 400), (dict(enable_dns="yes"), "EndPoint.2033", 400),
    (dict(port_ip="10.64.0"), "EndPoint.2041", 400), (dict(port_ip="192.168.1.1"), "EndPoint.2043", 400),
    (dict(whitelist=["everyone"]), "EndPoint.2044", 400),
    (dict(whitelist=[f"10.0.0.{number}" for number in range(21)]), "EndPoint.2045", 400),
    (dict(description="a>b"), "EndPoint.0002", 400),
    (dict(tags=[TagList(key="a", value="b"), TagList(key="a", value="c")]), "EndPoint.3067", 400),
    (dict(policy_statement=[PolicyStatement(effect="Allow", action=["*"], resource=["*"])]), "EndPoint.2048", 400),
])
def test_an_endpoint_that_cannot_be(sim, owner, shop, changes, code, status):
    service = everybody(owner)
    with refused(code, status):
        create_endpoint(shop, service.id, **changes)
    assert shop.list_endpoints(ListEndpointsRequest()).total_count == 0


def test_an_endpoint_without_a_body(shop):
    with refused("EndPoint.0011", 504):
        shop.create_endpoint(CreateEndpointRequest())


def test_an_endpoint_in_the_reserved_range(sim, owner):
    service = available_service(owner)
    with refused("EndPoint.0023"):
        create_endpoint(owner, service.id, vpc_id=FORBIDDEN_VPC, subnet_id=FORBIDDEN_SUBNET)


def test_a_service_that_is_not_ready_takes_no_endpoints(sim, owner, shop):
    service = create_service(owner)
    allow(owner, service.id, "*")
    with refused("EndPoint.2004"):
        create_endpoint(shop, service.id)


def test_services_of_another_region_are_not_seen(account, sim, owner, shop):
    service = everybody(owner)
    eu = account("shop", region="eu-west-101")
    vpc = eu.project["vpcs"][0]
    with refused("EndPoint.2003"):
        create_endpoint(eu, service.id, vpc_id=vpc["id"], subnet_id=vpc["subnets"][0]["id"])


def test_the_quota_of_endpoints_and_the_right_to_make_them(account, sim, owner):
    service = everybody(owner)
    admin, clerk = account("warehouse", user=1), account("warehouse")
    vpc = admin.project["vpcs"][0]
    place = dict(vpc_id=vpc["id"], subnet_id=vpc["subnets"][0]["id"])
    with refused("EndPoint.0004", 403):
        create_endpoint(clerk, service.id, **place)
    made = [create_endpoint(admin, service.id, **place).id for _ in range(3)]
    with refused("Endpoint.1018"):
        create_endpoint(admin, service.id, **place)
    sim.advance("61s")
    clerk.delete_endpoint(DeleteEndpointRequest(vpc_endpoint_id=made[0]))
    with refused("Endpoint.1018"):
        create_endpoint(admin, service.id, **place)
    sim.advance("61s")
    create_endpoint(admin, service.id, **place)


def test_endpoints_are_listed_by_every_filter(sim, owner, shop):
    orders = everybody(owner)
    other = everybody(owner, service_name="other", ports=ports((1, 1)))
    first = create_endpoint(shop, orders.id)
    second = create_endpoint(shop, other.id, vpc_id=LINK, subnet_id=LINK_A)

    def ids(**query):
        found = shop.list_endpoints(ListEndpointsRequest(**query))
        assert found.total_count >= len(found.endpoints)
        return [row.id for row in found.endpoints]

    assert ids() == [second.id, first.id] and ids(sort_dir="asc", sort_key="create_at") == [first.id, second.id]
    assert ids(endpoint_service_name="ORDERS") == ids(vpc_id=CHECKOUT) == ids(id=first.id) == [first.id]
    assert ids(limit=1, offset=1) == [first.id] and ids(offset=2) == [] and ids(vpc_id=NOBODY) == []
    for query, code in [(dict(limit=1001), "EndPoint.0006"), (dict(offset=-1), "EndPoint.0010"),
                        (dict(sort_key="ip"), "EndPoint.0017"), (dict(sort_dir="up"), "EndPoint.0018"),
                        (dict(vpc_id="x"), "EndPoint.0020"), (dict(id="x"), "EndPoint.2017")]:
        with refused(code):
            ids(**query)
    assert owner.list_endpoints(ListEndpointsRequest()).total_count == 0


def white(account, endpoint, entries, enabled=True):
    body = UpdateEndpointWhiteRequestBody(whitelist=entries, enable_whitelist=enabled)
    return account.update_endpoint_white(UpdateEndpointWhiteRequest(vpc_endpoint_id=endpoint, body=body))


def test_the_whitelist_of_an_endpoint(sim, owner, shop):
    service = everybody(owner)
    endpoint = create_endpoint(shop, service.id)
    with refused("EndPoint.2019"):
        white(shop, endpoint.id, ["10.0.0.1"])
    sim.advance("61s")
    changed = white(shop, endpoint.id, ["10.0.0.1", "10.1.0.0/16"])
    assert (changed.whitelist, changed.enable_whitelist) == (["10.0.0.1", "10.1.0.0/16"], True)
    assert get_endpoint(shop, endpoint.id).whitelist == changed.whitelist
    cleared = white(shop, endpoint.id, [], False)
    assert (cleared.whitelist, cleared.enable_whitelist) == ([], False)
    with refused("EndPoint.2044"):
        white(shop, endpoint.id, ["10.0.0.0/33"])
    with refused("EndPoint.2045"):
        white(shop, endpoint.id, [f"10.0.0.{number}" for number in range(21)])
    with refused("EndPoint.2006", 404):
        white(owner, endpoint.id, [])
    delete_endpoint(shop, endpoint.id)
    with refused("EndPoint.2018"):
        white(shop, endpoint.id, [])


def test_an_endpoint_goes_by_and_by(sim, owner, shop):
    service = everybody(owner)
    endpoint = create_endpoint(shop, service.id)
    with refused("EndPoint.2019"):
        delete_endpoint(shop, endpoint.id)
    sim.advance("61s")
    with refused("EndPoint.2006", 404):
        delete_endpoint(owner, endpoint.id)
    assert delete_endpoint(shop, endpoint.id).status_code == 204
    assert get_endpoint(shop, endpoint.id).status == "deleting"
    with refused("EndPoint.2018"):
        delete_endpoint(shop, endpoint.id)
    with refused("EndPoint.2018"):
        answer_connection(owner, service.id, endpoint.id)
    sim.advance("61s")
    with refused("EndPoint.2006", 404):
        get_endpoint(shop, endpoint.id)
    with refused("EndPoint.2006", 404):
        delete_endpoint(shop, endpoint.id)
    with refused("EndPoint.2017"):
        get_endpoint(shop, "not-an-id")
    assert connections(owner, service.id).total_count == 0


def test_public_interface_services_need_no_acceptance(sim, shop):
    endpoint = create_endpoint(shop, DNS, subnet_id=CHECKOUT_B, enable_dns=True)
    sim.advance("61s")
    read = get_endpoint(shop, endpoint.id)
    assert read.status == "accepted" and read.endpoint_service_name == PUBLIC["tr-west-1", "dns"]["service_name"]
    assert read.ip.startswith("10.80.")


def policy(account, endpoint, **fields):
    body = UpdateEndpointPolicyRequestBody(**fields)
    return account.update_endpoint_policy(UpdateEndpointPolicyRequest(vpc_endpoint_id=endpoint, body=body))


def drop_policy(account, endpoint):
    return account.delete_endpoint_policy(DeleteEndpointPolicyRequest(vpc_endpoint_id=endpoint))


def routes(account, endpoint, *tables):
    body = UpdateEndpointRoutetableRequestBody(routetables=list(tables))
    return account.update_endpoint_routetable(UpdateEndpointRoutetableRequest(vpc_endpoint_id=endpoint, body=body))


READ_ONLY = PolicyStatement(effect="Allow", action=["obs:object:GetObject"], resource=["obs:*:*:*:*/*"], sid="lesen")


def gateway(account, **changes):
    fields = dict(endpoint_service_id=OBS, vpc_id=CHECKOUT, **changes)
    endpoint = account.create_endpoint(CreateEndpointRequest(body=CreateEndpointRequestBody(**fields)))
    account.sim.advance("61s")
    return endpoint


def test_a_gateway_has_route_tables_and_a_policy(sim, shop):
    endpoint = gateway(shop, policy_statement=[READ_ONLY])
    read = get_endpoint(shop, endpoint.id)
    assert (read.service_type, read.status, read.ip, read.subnet_id) == ("gateway", "accepted", None, None)
    assert read.routetables == CHECKOUT_TABLES[:1], "the default table of the VPC"
    [statement] = read.policy_statement
    assert (statement.effect, statement.action, statement.sid) == ("Allow", ["obs:object:GetObject"], "lesen")
    assert set(routes(shop, endpoint.id, *CHECKOUT_TABLES).routetables) == set(CHECKOUT_TABLES)
    partly = routes(shop, endpoint.id, CHECKOUT_TABLES[1], LINK_TABLE)
    assert partly.routetables == CHECKOUT_TABLES[1:]
    assert [failed.id for failed in partly.error[0].bind_failed] == [LINK_TABLE]
    assert partly.error[0].bind_failed[0].error_message and partly.error[0].unbind_failed == []
    deny = PolicyStatement(effect="Deny", action=["*"], resource=["*"])
    assert [found.effect for found in policy(shop, endpoint.id, policy_statement=[deny]).policy_statement] == ["Deny"]
    assert drop_policy(shop, endpoint.id).policy_statement in (None, [])
    with refused("EndPoint.2049"):
        drop_policy(shop, endpoint.id)


def test_gateways_that_cannot_be(sim, owner, shop):
    for changes, code, status in [
        (dict(routetables=["x"]), "EndPoint.1019", 400), (dict(routetables=[NOBODY]), "EndPoint.4030", 404),
        (dict(routetables=[LINK_TABLE]), "EndPoint.4030", 404),
        (dict(policy_statement=[PolicyStatement(effect="Maybe", action=["*"], resource=["*"])]), "EndPoint.2048", 400),
        (dict(policy_statement=[READ_ONLY] * 11), "EndPoint.2048", 400),
        (dict(policy_document={"Version": "5.0"}), "EndPoint.2048", 400),
    ]:
        with refused(code, status):
            gateway(shop, **changes)
    endpoint = gateway(shop)
    with refused("EndPoint.2039"):
        gateway(shop)
    with refused("EndPoint.1019"):
        routes(shop, endpoint.id, "x")
    with refused("EndPoint.2006", 404):
        routes(owner, endpoint.id, CHECKOUT_TABLES[0])
    with refused("EndPoint.2006", 404):
        policy(owner, endpoint.id, policy_statement=[READ_ONLY])
    with refused("EndPoint.2048"):
        policy(shop, endpoint.id, policy_statement=[PolicyStatement(effect="Allow", action=[], resource=[])])
    with refused("EndPoint.2006", 404):
        drop_policy(owner, endpoint.id)


def test_the_policy_of_an_interface_endpoint_is_a_document(sim, shop):
    document = {"Version": "5.0", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": ["*"], "Resource": ["*"]}]}
    made = create_endpoint(shop, SWR, policy_document=document)
    sim.advance("61s")
    assert made.policy_document == get_endpoint(shop, made.id).policy_document == document
    document["Statement"][0]["Effect"] = "Deny"
    assert policy(shop, made.id, policy_document=document).policy_document == document
    assert drop_policy(shop, made.id).policy_document is None


def test_only_gateways_have_route_tables(sim, shop):
    endpoint = create_endpoint(shop, DNS)
    sim.advance("61s")
    with refused("EndPoint.2040"):
        routes(shop, endpoint.id, CHECKOUT_TABLES[0])


def test_an_endpoint_is_upgraded(sim, owner, shop):
    service = everybody(owner)
    endpoint = create_endpoint(shop, service.id)

    def upgrade(action):
        body = UpgradeEndpointRequestBody(action=action)
        return shop.upgrade_endpoint(UpgradeEndpointRequest(vpc_endpoint_id=endpoint.id, body=body))

    with refused("EndPoint.2019"):
        upgrade("start")
    sim.advance("61s")
    assert upgrade("start").status_code == 202
    with refused("EndPoint.0007"):
        upgrade("stop")


# Connections

def describe(account, service, *pairs):
    body = UpdateEndpointConnectionsDescRequestBody(
        connections=[ConnectionsDesc(id=endpoint, description=text) for endpoint, text in pairs])
    return account.update_endpoint_connections_desc(
        UpdateEndpointConnectionsDescRequest(vpc_endpoint_service_id=service, body=body)).connections


def test_connections_of_several_accounts(sim, account, owner, shop):
    service = everybody(owner)
    logistics = account("logistics")
    vpc = logistics.project["vpcs"][0]
    one = create_endpoint(shop, service.id)
    two = create_endpoint(logistics, service.id, vpc_id=vpc["id"], subnet_id=vpc["subnets"][0]["id"])
    sim.advance("61s")
    answer_connection(owner, service.id, one.id)
    sim.advance("61s")

    def ids(**query):
        return [row.id for row in connections(owner, service.id, **query).connections]

    assert ids() == [two.id, one.id] and ids(sort_dir="asc") == [one.id, two.id]
    assert ids(status="accepted") == ids(id=one.id) == ids(marker_id=str(one.marker_id)) == [one.id]
    assert ids(status="pendingAcceptance") == [two.id] and ids(limit=1, offset=1) == [one.id]
    assert {row.domain_id for row in connections(owner, service.id).connections} == {shop.id, logistics.id}
    described = describe(owner, service.id, (one.id, "Käufer"), (two.id, "Spedition"))
    assert {(row.id, row.description) for row in described} == {(one.id, "Käufer"), (two.id, "Spedition")}
    assert [row.description for row in connections(owner, service.id, id=one.id).connections] == ["Käufer"]
    for query, code in [(dict(status="gone"), "EndPoint.0019"), (dict(marker_id="x"), "EndPoint.0021"),
                        (dict(limit=1001), "EndPoint.0006"), (dict(offset=-1), "EndPoint.0010"),
                        (dict(sort_key="ip"), "EndPoint.0017"), (dict(sort_dir="up"), "EndPoint.0018")]:
        with refused(code):
            ids(**query)
    with refused("EndPoint.0002"):
        describe(owner, service.id, (one.id, "<>"))
    with refused("EndPoint.2013"):
        describe(owner, service.id, (NOBODY, "nobody"))
    with refused("EndPoint.2017"):
        describe(owner, service.id, ("x", "nobody"))
    with refused("EndPoint.0005", 404):
        connections(shop, service.id)
    with refused("EndPoint.0005", 404):
        answer_connection(shop, service.id, one.id)


def test_answers_that_cannot_be(sim, owner, shop):
    service = everybody(owner)
    other = available_service(owner, service_name="other", ports=ports((1, 1)))
    endpoint = create_endpoint(shop, service.id)
    with refused("EndPoint.2019"):
        answer_connection(owner, service.id, endpoint.id)
    sim.advance("61s")
    for of, body, code in [
        (service, dict(action="accept", endpoints=[endpoint.id]), "EndPoint.2027"),
        (service, dict(action="receive", endpoints=[endpoint.id, endpoint.id]), "EndPoint.2031"),
        (service, dict(action="receive", endpoints=["x"]), "EndPoint.2017"),
        (service, dict(action="receive", endpoints=[]), "EndPoint.2002"),
        (other, dict(action="receive", endpoints=[endpoint.id]), "EndPoint.2013"),
    ]:
        request = AcceptOrRejectEndpointRequest(
            vpc_endpoint_service_id=of.id, body=AcceptOrRejectEndpointRequestBody(**body))
        with refused(code):
            owner.accept_or_reject_endpoint(request)


def test_twelve_hundred_connections_are_paged(simulator, account):
    sim = simulator("--op-delay", "0s", "--quota", "2000")
    owner, shop = account("owner", sim=sim), account("shop", sim=sim)
    service = create_service(owner)
    allow(owner, service.id, "*")
    made = {create_endpoint(shop, service.id).id for _ in range(1200)}
    for page_of in (lambda offset: connections(owner, service.id, limit=500, offset=offset).connections,
                    lambda offset: shop.list_endpoints(ListEndpointsRequest(limit=500, offset=offset)).endpoints):
        seen = []
        while page := page_of(len(seen)):
            seen += [row.id for row in page]
        assert len(seen) == 1200 and set(seen) == made
