"""Services: made, listed, changed, renamed, deleted; public ones; quotas; versions; tags; the v2 calls."""

import datetime

import pytest
from huaweicloudsdkvpcep.v1 import *  # noqa: F403

from conftest import refused
from makers import (
    allow, available_service, create_endpoint, create_service, delete_service, everybody, get_service, ports,
)
from world import (
    CHECKOUT, CLIENTS, FORBIDDEN_BALANCER, FORBIDDEN_VPC, NOBODY, ORDERS_BALANCER, PUBLIC,
)


def services(account, **query):
    return account.list_endpoint_service(ListEndpointServiceRequest(**query))


def update(account, service, **fields):
    body = UpdateEndpointServiceRequestBody(**fields)
    return account.update_endpoint_service(UpdateEndpointServiceRequest(vpc_endpoint_service_id=service, body=body))


def rename(account, service, name):
    body = UpdateEndpointServiceNameRequestBody(endpoint_service_name=name)
    return account.update_endpoint_service_name(
        UpdateEndpointServiceNameRequest(vpc_endpoint_service_id=service, body=body))


def test_versions(owner):
    versions = owner.list_version_details(ListVersionDetailsRequest()).versions
    assert [(version.id, version.status) for version in versions] == [("v1", "CURRENT"), ("v2", "CURRENT")]
    assert versions[0].updated.date() == datetime.date(2018, 9, 30)
    one = owner.list_specified_version_details(ListSpecifiedVersionDetailsRequest(version="v2")).version
    assert (one.version, one.updated.date(), one.links[0].rel) == ("2", datetime.date(2020, 3, 30), "self")
    with refused("EndPoint.0005", 404):
        owner.list_specified_version_details(ListSpecifiedVersionDetailsRequest(version="v7"))


def test_a_service_is_created_and_becomes_available_by_itself(sim, owner):
    made = create_service(owner, description="Aufträge", tags=[TagList(key="team", value="payments")])
    assert (made.status, made.service_type, made.tcp_proxy) == ("creating", "interface", "close")
    assert made.service_name == f"tr-west-1.orders.{made.id}" and made.approval_enabled is True
    assert isinstance(made.created_at, datetime.datetime) and made.enable_policy is False
    assert [(port.client_port, port.server_port, port.protocol) for port in made.ports] == [(8080, 80, "TCP")]
    sim.advance("30s")
    assert get_service(owner, made.id).status == "creating"
    sim.advance("31s")
    read = get_service(owner, made.id)
    assert (read.status, read.description, read.cidr_type) == ("available", "Aufträge", "internal")
    assert read.supported_editions == ["basic"] and read.updated_at > made.updated_at


@pytest.mark.parametrize("changes, code", [
    (dict(port_id=None), "EndPoint.2002"),
    (dict(port_id="x"), "EndPoint.3003"),
    (dict(port_id=NOBODY), "EndPoint.3008"),
    (dict(vpc_id=None), "EndPoint.2011"),
    (dict(vpc_id="x"), "EndPoint.0020"),
    (dict(vpc_id=NOBODY), "EndPoint.2001"),
    (dict(vpc_id=CHECKOUT), "EndPoint.2001"),
    (dict(vpc_id=CLIENTS), "EndPoint.3042"),
    (dict(vpc_id=FORBIDDEN_VPC, port_id=FORBIDDEN_BALANCER), "EndPoint.3009"),
    (dict(port_id=ORDERS_BALANCER, server_type="VM"), "EndPoint.3008"),
    (dict(server_type="PC"), "EndPoint.3021"),
    (dict(server_type=None), "EndPoint.2002"),
    (dict(ports=None), "EndPoint.2028"),
    (dict(ports=[]), "EndPoint.2028"),
    (dict(ports=[PortList(client_port=1, protocol="TCP")]), "EndPoint.2028"),
    (dict(ports=ports((0, 80))), "EndPoint.3004"),
    (dict(ports=ports((80, 65536))), "EndPoint.3004"),
    (dict(ports=ports((80, 80), (80, 80))), "EndPoint.0002"),
    (dict(ports=ports(*((port, port) for port in range(1, 202)))), "EndPoint.3074"),
    (dict(ports=[PortList(client_port=1, server_port=1, protocol="SCTP")]), "EndPoint.3075"),
    (dict(service_name="seventeen-letters"), "EndPoint.1003"),
    (dict(service_name="größe"), "EndPoint.1003"),
    (dict(tcp_proxy="sideways"), "EndPoint.0002"),
    (dict(service_type="gateway"), "EndPoint.0002"),
    (dict(description="a<b"), "EndPoint.0002"),
    (dict(description="d" * 513), "EndPoint.0002"),
    (dict(ip="10.0.0.1"), "EndPoint.3011"),
    (dict(ip="10.0.0"), "EndPoint.3010"),
    (dict(tags=[TagList(key="a", value="b"), TagList(key="a", value="c")]), "EndPoint.3067"),
    (dict(tags=[TagList(key="a*", value="b")]), "EndPoint.3068"),
    (dict(tags=[TagList(key="k" * 129, value="b")]), "EndPoint.3072"),
    (dict(tags=[TagList(key="k", value="v" * 256)]), "EndPoint.3073"),
    (dict(tags=[TagList(key=f"k{n}", value="v") for n in range(21)]), "EndPoint.3069"),
    (dict(tags=[TagList(key="", value="v")]), "EndPoint.3066"),
])
def test_a_service_that_cannot_be(owner, changes, code):
    with refused(code):
        create_service(owner, **changes)
    assert services(owner).total_count == 0


def test_a_service_without_a_body(owner):
    with refused("EndPoint.0011", 504):
        owner.create_endpoint_service(CreateEndpointServiceRequest())


def test_every_number_of_ports_that_is_allowed(owner):
    made = create_service(owner, ports=ports(*((port, port) for port in range(1, 201))))
    assert len(made.ports) == 200


def test_ports_conflict_on_one_back_end_only(sim, owner):
    available_service(owner)
    with refused("EndPoint.3044"):
        create_service(owner, service_name="again")
    create_service(owner, service_name="other", port_id=ORDERS_BALANCER)
    create_service(owner, service_name="beside", ports=ports((8080, 81)))


def test_the_quota_of_services(account):
    small = account("warehouse", user=1)
    used = small.list_quota_details(ListQuotaDetailsRequest()).quotas.resources
    assert {(entry.type, entry.used, entry.quota) for entry in used} == {("endpoint_service", 0, 2), ("endpoint", 0, 3)}
    vpc = small.project["vpcs"][0]
    for number in (1, 2):
        create_service(small, vpc_id=vpc["id"], port_id=vpc["ports"][0]["id"], ports=ports((number, number)))
    with refused("Endpoint.1018"):
        create_service(small, vpc_id=vpc["id"], port_id=vpc["ports"][0]["id"], ports=ports((3, 3)))
    one = small.list_quota_details(ListQuotaDetailsRequest(type="endpoint_service")).quotas.resources
    assert [(entry.type, entry.used) for entry in one] == [("endpoint_service", 2)]
    with refused("EndPoint.3070"):
        small.list_quota_details(ListQuotaDetailsRequest(type="endpoints"))


def test_services_are_listed_by_every_filter(sim, owner):
    first = available_service(owner, service_name="Alpha")
    second = create_service(owner, service_name="beta", ports=ports((1, 1)))
    listed = services(owner)
    assert listed.total_count == 2 and [row.id for row in listed.endpoint_services] == [second.id, first.id]
    row = listed.endpoint_services[1]
    assert (row.domain_id, row.connection_count, row.project_id) == (owner.id, 0, owner.project["id"])

    def ids(**query):
        return [row.id for row in services(owner, **query).endpoint_services]

    assert ids(endpoint_service_name="ALPHA") == ids(id=first.id) == ids(status="available") == [first.id]
    assert ids(status="creating") == [second.id] and ids(status="failed") == []
    assert ids(sort_dir="asc") == ids(sort_key="create_at", sort_dir="asc") == [first.id, second.id]
    assert ids(limit=1) == [second.id] and ids(limit=1, offset=1) == [first.id] and ids(offset=9) == []
    assert ids(net_type="vxlan", public_border_group="center") == [second.id, first.id]
    update(owner, first.id, description="later")
    assert ids(sort_key="update_at") == ids(sort_key="updated_at") == [first.id, second.id]


@pytest.mark.parametrize("query, code", [
    (dict(limit=1001), "EndPoint.0006"), (dict(limit=-1), "EndPoint.0006"), (dict(limit="ten"), "EndPoint.0006"),
    (dict(offset=-1), "EndPoint.0010"), (dict(sort_key="name"), "EndPoint.0017"),
    (dict(sort_dir="up"), "EndPoint.0018"), (dict(status="gone"), "EndPoint.0019"), (dict(id="x"), "EndPoint.3062"),
    (dict(net_type="tin"), "EndPoint.3048"),
])
def test_lists_that_are_asked_wrongly(owner, query, code):
    with refused(code):
        services(owner, **query)


def test_a_service_changes_in_place(sim, owner):
    made = available_service(owner)
    changed = update(owner, made.id, approval_enabled=False, ports=ports((443, 8443)), tcp_proxy="proxy_open",
                     description="neu", service_name="invoices")
    assert (changed.approval_enabled, changed.tcp_proxy, changed.description) == (False, "proxy_open", "neu")
    assert changed.service_name == f"tr-west-1.invoices.{made.id}" and changed.ports[0].server_port == 8443
    assert update(owner, made.id, port_id=ORDERS_BALANCER).port_id == ORDERS_BALANCER
    assert rename(owner, made.id, "bills").endpoint_service_name == f"tr-west-1.bills.{made.id}"
    assert rename(owner, made.id, "").endpoint_service_name == f"tr-west-1.{made.id}"
    with refused("EndPoint.3076"):
        rename(owner, made.id, "a b")
    for fields, code in [
        (dict(port_id=ORDERS_BALANCER, ip="10.0.0.1"), "EndPoint.3052"), (dict(ip="10.0.0.1"), "EndPoint.3055"),
        (dict(ports=ports((1, 70000))), "EndPoint.3004"), (dict(service_name="a b"), "EndPoint.1003"),
        (dict(port_id=NOBODY), "EndPoint.3008"), (dict(port_id="x"), "EndPoint.3003"),
        (dict(tcp_proxy="sideways"), "EndPoint.0002"),
    ]:
        with refused(code):
            update(owner, made.id, **fields)


def test_an_update_may_not_take_the_ports_of_another(sim, owner):
    available_service(owner)
    other = available_service(owner, service_name="other", ports=ports((8080, 81)))
    with refused("EndPoint.3044"):
        update(owner, other.id, ports=ports((8080, 80)))


def test_a_service_that_is_being_made_or_deleted_does_not_change(sim, owner):
    made = create_service(owner)
    with refused("EndPoint.3045"):
        update(owner, made.id, description="too early")
    with refused("EndPoint.3045"):
        rename(owner, made.id, "early")
    sim.advance("61s")
    delete_service(owner, made.id)
    assert get_service(owner, made.id).status == "deleting"
    with refused("EndPoint.3045"):
        update(owner, made.id, description="too late")
    sim.advance("61s")
    with refused("EndPoint.0005", 404):
        get_service(owner, made.id)
    with refused("EndPoint.0005", 404):
        delete_service(owner, made.id)


def test_a_service_in_use_cannot_be_deleted(sim, owner, shop):
    service = everybody(owner, approval_enabled=False)
    endpoint = create_endpoint(shop, service.id)
    for _ in ("creating", "accepted"):
        with refused("EndPoint.3006"):
            delete_service(owner, service.id)
        sim.advance("61s")
    assert services(owner).endpoint_services[0].connection_count == 1
    shop.delete_endpoint(DeleteEndpointRequest(vpc_endpoint_id=endpoint.id))
    sim.advance("61s")
    delete_service(owner, service.id)


def test_nobody_sees_the_service_of_another(sim, owner, shop):
    service = available_service(owner)
    for call in [lambda: get_service(shop, service.id), lambda: delete_service(shop, service.id),
                 lambda: update(shop, service.id, description="mine"), lambda: rename(shop, service.id, "mine"),
                 lambda: allow(shop, service.id, "*")]:
        with refused("EndPoint.0005", 404):
            call()
    with refused("EndPoint.3062"):
        get_service(shop, "not-an-id")
    assert services(shop).total_count == 0
    seen = shop.list_service_describe_details(ListServiceDescribeDetailsRequest(id=service.id))
    assert (seen.service_name, seen.service_type, seen.is_charge) == (service.service_name, "interface", True)


def test_describe_names_exactly_one(sim, owner, shop):
    service = available_service(owner)
    by_name = shop.list_service_describe_details(
        ListServiceDescribeDetailsRequest(endpoint_service_name=service.service_name))
    assert by_name.id == service.id and isinstance(by_name.created_at, datetime.datetime)
    for query in [{}, dict(id=service.id, endpoint_service_name=service.service_name)]:
        with refused("EndPoint.0002"):
            shop.list_service_describe_details(ListServiceDescribeDetailsRequest(**query))
    for query in [dict(id=NOBODY), dict(endpoint_service_name="orders")]:
        with refused("EndPoint.0005", 404):
            shop.list_service_describe_details(ListServiceDescribeDetailsRequest(**query))


def test_public_services(owner):
    def public(**query):
        return owner.list_service_public_details(ListServicePublicDetailsRequest(**query))

    everything = public()
    assert everything.total_count == 3 == len(everything.endpoint_services)
    [storage] = public(endpoint_service_name="OBS", limit=5).endpoint_services
    known = PUBLIC["tr-west-1", "obs"]
    assert (storage.id, storage.owner, storage.service_type) == (known["id"], "platform", "gateway")
    assert (storage.is_charge, storage.enable_policy) == (False, True)
    assert [row.id for row in public(id=known["id"]).endpoint_services] == [known["id"]]
    assert len(public(limit=1, offset=2).endpoint_services) == 1
    with refused("EndPoint.0017"):
        public(sort_key="owner")


def test_rights_decide(account, owner):
    auditor = account("owner", user=1)
    service = available_service(owner)
    assert get_service(auditor, service.id).id == service.id
    for call in [lambda: create_service(auditor, ports=ports((1, 1))), lambda: delete_service(auditor, service.id),
                 lambda: update(auditor, service.id, description="x"), lambda: rename(auditor, service.id, "x"),
                 lambda: allow(auditor, service.id, "*")]:
        with refused("EndPoint.0004", 403):
            call()


def test_a_project_of_another_or_none(account, shop):
    intruder = account("owner", project=shop.project["id"])
    with refused("EndPoint.0004", 403):
        services(intruder)
    with refused("EndPoint.0014"):
        services(account("owner", project="not-a-project"))


def tag(account, resource, action, *tags, kind="endpoint_service"):
    body = BatchAddOrRemoveResourceInstanceRequestBody(tags=list(tags), action=action)
    return account.batch_add_or_remove_resource_instance(
        BatchAddOrRemoveResourceInstanceRequest(resource_type=kind, resource_id=resource, body=body))


def tagged(account, kind="endpoint_service", **query):
    body = QueryResourceInstanceTagsBody(**{"action": "filter", **query})
    return account.list_resource_instances(ListResourceInstancesRequest(resource_type=kind, body=body))


def test_tags(sim, owner):
    one = available_service(owner, service_name="one", tags=[TagList(key="team", value="a")])
    two = available_service(owner, service_name="two", ports=ports((1, 1)), tags=[TagList(key="team", value="b")])
    tag(owner, one.id, "create", ResourceTag(key="umgebung", value="prüfung"), ResourceTag(key="team", value="c"))
    read = get_service(owner, one.id).tags
    assert {(entry.key, entry.value) for entry in read} == {("team", "c"), ("umgebung", "prüfung")}
    known = owner.list_query_project_resource_tags(ListQueryProjectResourceTagsRequest(resource_type="endpoint_service"))
    assert {entry.key: set(entry.values) for entry in known.tags} == {"team": {"b", "c"}, "umgebung": {"prüfung"}}

    def ids(**query):
        return {row.resource_id for row in tagged(owner, **query).resources}

    team = TagValuesList(key="team", values=["b", "c"])
    assert ids(tags=[team]) == ids(tags=[TagValuesList(key="team", values=[])]) == {one.id, two.id}
    assert ids(tags=[TagValuesList(key="team", values=["b"])]) == {two.id}
    assert ids(tags_any=[TagValuesList(key="umgebung", values=[]), TagValuesList(key="team", values=["b"])]) == {one.id, two.id}
    assert ids(not_tags=[TagValuesList(key="umgebung", values=["prüfung"])]) == {two.id}
    assert ids(not_tags_any=[team]) == set()
    assert ids(matches=[Match(key="resource_name", value="ONE")]) == {one.id}
    assert ids(without_any_tag=True) == set()
    page = tagged(owner, limit="1", offset="1")
    assert (len(page.resources), page.total_count) == (1, 2)
    assert page.resources[0].resource_name.startswith("tr-west-1.") and page.resources[0].tags
    count = tagged(owner, action="count", tags=[team])
    assert count.total_count == 2 and count.resources is None
    tag(owner, one.id, "delete", ResourceTag(key="umgebung"), ResourceTag(key="team", value="other"))
    assert [(entry.key, entry.value) for entry in get_service(owner, one.id).tags] == [("team", "c")]


def test_tags_that_cannot_be(sim, owner, shop):
    service = available_service(owner, tags=[TagList(key=f"k{number}", value="") for number in range(20)])
    for tags, code in [
        ([ResourceTag(key="more", value="v")], "EndPoint.3069"), ([], "EndPoint.3066"),
        ([ResourceTag(key="a", value="1"), ResourceTag(key="a", value="2")], "EndPoint.3067"),
        ([ResourceTag(key="a<", value="1")], "EndPoint.3068"), ([ResourceTag(key="a" * 129, value="1")], "EndPoint.3072"),
        ([ResourceTag(key="a", value="1" * 256)], "EndPoint.3073"),
    ]:
        with refused(code):
            tag(owner, service.id, "create", *tags)
    with refused("EndPoint.0007"):
        tag(owner, service.id, "paint", ResourceTag(key="a", value="1"))
    with refused("EndPoint.3070"):
        tag(owner, service.id, "create", ResourceTag(key="a", value="1"), kind="service")
    with refused("EndPoint.3070"):
        tagged(owner, kind="service")
    with refused("EndPoint.3070"):
        owner.list_query_project_resource_tags(ListQueryProjectResourceTagsRequest(resource_type="service"))
    with refused("EndPoint.0005", 404):
        tag(shop, service.id, "create", ResourceTag(key="a", value="1"))
    with refused("EndPoint.3067"):
        tagged(owner, tags=[TagValuesList(key="a", values=[]), TagValuesList(key="a", values=[])])
    with refused("EndPoint.3071"):
        tagged(owner, tags=[TagValuesList(key="a", values=["x", "x"])])


def test_the_second_version_upgrades(sim, owner):
    service = create_service(owner)
    upgrade = UpgradeEndpointServiceRequest(vpc_endpoint_service_id=service.id)
    with refused("EndPoint.3045"):
        owner.upgrade_endpoint_service(upgrade)
    sim.advance("61s")
    assert owner.upgrade_endpoint_service(upgrade).status_code == 204
    assert get_service(owner, service.id).supported_editions == ["basic", "profession"]

    def add(resource, of=service.id):
        servers = [ServerResource(resource_id=resource, availability_zone_id="az1")] if resource is not None else []
        body = AddEndpointServiceServerResourceRequestBody(server_resources=servers)
        return owner.add_endpoint_service_server_resource(
            AddEndpointServiceServerResourceRequest(vpc_endpoint_service_id=of, body=body))

    assert add(ORDERS_BALANCER).status_code == 204
    with refused("EndPoint.2002"):
        add(None)
    with refused("EndPoint.0005", 404):
        add(ORDERS_BALANCER, of=NOBODY)
    with refused("EndPoint.0005", 404):
        owner.upgrade_endpoint_service(UpgradeEndpointServiceRequest(vpc_endpoint_service_id=NOBODY))


def test_twelve_hundred_services_are_paged(simulator, account):
    sim = simulator("--op-delay", "0s", "--quota", "2000")
    owner = account("owner", sim=sim)
    made = {create_service(owner, service_name=f"s{number}", ports=ports((80, number))).id for number in range(1, 1201)}
    assert len(services(owner).endpoint_services) == 10, "without a limit a page has ten"
    seen = []
    while True:
        page = services(owner, limit=500, offset=len(seen))
        assert page.total_count == 1200
        if not page.endpoint_services:
            break
        seen += [row.id for row in page.endpoint_services]
    assert len(seen) == 1200 and set(seen) == made
    assert [row.id for row in services(owner, limit=1000, sort_dir="asc").endpoint_services] == seen[:199:-1]
