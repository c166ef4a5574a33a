"""The SDK's asynchronous client: the same operations, each once, from a service to an accepted endpoint and back."""

import pytest
from huaweicloudsdkvpcep.v1 import *  # noqa: F403

from makers import endpoint_body, service_body
from world import CHECKOUT, CHECKOUT_TABLES, ORDERS_BALANCER, PUBLIC


class Waiting:
    """Every call's future is waited for."""

    def __init__(self, account):
        self.account = account

    def __getattr__(self, name):
        return lambda request: getattr(self.account.client, f"{name}_async")(request).result()


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_whole_life(sim, account):
    owner, shop = (Waiting(account(name, client=VpcepAsyncClient)) for name in ("owner", "shop"))
    assert len(owner.list_version_details(ListVersionDetailsRequest()).versions) == 2
    assert owner.list_specified_version_details(ListSpecifiedVersionDetailsRequest(version="v1")).version.id == "v1"
    service = owner.create_endpoint_service(CreateEndpointServiceRequest(body=service_body())).id
    sim.advance("61s")
    of = dict(vpc_endpoint_service_id=service)
    assert owner.list_service_details(ListServiceDetailsRequest(**of)).status == "available"
    owner.update_endpoint_service(UpdateEndpointServiceRequest(
        **of, body=UpdateEndpointServiceRequestBody(description="später")))
    renamed = owner.update_endpoint_service_name(UpdateEndpointServiceNameRequest(
        **of, body=UpdateEndpointServiceNameRequestBody(endpoint_service_name="late")))
    assert renamed.endpoint_service_name == f"tr-west-1.late.{service}"
    assert owner.list_endpoint_service(ListEndpointServiceRequest(limit=3)).total_count == 1
    assert owner.list_service_public_details(ListServicePublicDetailsRequest(limit=3)).total_count == 3
    assert shop.list_service_describe_details(ListServiceDescribeDetailsRequest(id=service)).id == service
    assert len(owner.list_quota_details(ListQuotaDetailsRequest()).quotas.resources) == 2

    owner.add_or_remove_service_permissions(AddOrRemoveServicePermissionsRequest(
        **of, body=AddOrRemoveServicePermissionsRequestBody(permissions=["*"], action="add")))
    [record] = owner.batch_add_endpoint_service_permissions(BatchAddEndpointServicePermissionsRequest(
        **of, body=BatchAddEndpointServicePermissionsRequestBody(
            permissions=[EpsAddPermissionRequest(permission="iam:domain::a", description="")]))).permissions
    owner.update_endpoint_service_permission_desc(UpdateEndpointServicePermissionDescRequest(
        **of, permission_id=record.id,
        body=UpdateEndpointServicePermissionDescRequestBody(permission=EpsUpdatePermissionDesc(description="b"))))
    owner.batch_remove_endpoint_service_permissions(BatchRemoveEndpointServicePermissionsRequest(
        **of, body=BatchRemoveEndpointServicePermissionsRequestBody(
            permissions=[EpsRemovePermissionRequest(id=record.id)])))
    assert owner.list_service_permissions_details(ListServicePermissionsDetailsRequest(**of)).total_count == 1

    endpoint = shop.create_endpoint(CreateEndpointRequest(body=endpoint_body(service))).id
    sim.advance("61s")
    owner.accept_or_reject_endpoint(AcceptOrRejectEndpointRequest(
        **of, body=AcceptOrRejectEndpointRequestBody(action="receive", endpoints=[endpoint])))
    sim.advance("61s")
    owner.update_endpoint_connections_desc(UpdateEndpointConnectionsDescRequest(
        **of, body=UpdateEndpointConnectionsDescRequestBody(connections=[ConnectionsDesc(id=endpoint, description="c")])))
    [connection] = owner.list_service_connections(ListServiceConnectionsRequest(**of)).connections
    assert (connection.status, connection.description) == ("accepted", "c")
    shop.update_endpoint_white(UpdateEndpointWhiteRequest(
        vpc_endpoint_id=endpoint, body=UpdateEndpointWhiteRequestBody(whitelist=["10.0.0.1"], enable_whitelist=True)))
    read = shop.list_endpoint_info_details(ListEndpointInfoDetailsRequest(vpc_endpoint_id=endpoint))
    assert read.status == "accepted" and read.whitelist == ["10.0.0.1"]
    shop.upgrade_endpoint(UpgradeEndpointRequest(vpc_endpoint_id=endpoint, body=UpgradeEndpointRequestBody(action="start")))

    gateway = shop.create_endpoint(CreateEndpointRequest(body=CreateEndpointRequestBody(
        endpoint_service_id=PUBLIC["tr-west-1", "obs"]["id"], vpc_id=CHECKOUT))).id
    sim.advance("61s")
    shop.update_endpoint_routetable(UpdateEndpointRoutetableRequest(
        vpc_endpoint_id=gateway, body=UpdateEndpointRoutetableRequestBody(routetables=CHECKOUT_TABLES)))
    statement = PolicyStatement(effect="Deny", action=["*"], resource=["*"])
    shop.update_endpoint_policy(UpdateEndpointPolicyRequest(
        vpc_endpoint_id=gateway, body=UpdateEndpointPolicyRequestBody(policy_statement=[statement])))
    shop.delete_endpoint_policy(DeleteEndpointPolicyRequest(vpc_endpoint_id=gateway))

    shop.batch_add_or_remove_resource_instance(BatchAddOrRemoveResourceInstanceRequest(
        resource_type="endpoint", resource_id=endpoint,
        body=BatchAddOrRemoveResourceInstanceRequestBody(tags=[ResourceTag(key="k", value="v")], action="create")))
    assert shop.list_query_project_resource_tags(
        ListQueryProjectResourceTagsRequest(resource_type="endpoint")).tags[0].values == ["v"]
    found = shop.list_resource_instances(ListResourceInstancesRequest(
        resource_type="endpoint", body=QueryResourceInstanceTagsBody(action="filter")))
    assert endpoint in [row.resource_id for row in found.resources]

    owner.upgrade_endpoint_service(UpgradeEndpointServiceRequest(**of))
    owner.add_endpoint_service_server_resource(AddEndpointServiceServerResourceRequest(
        **of, body=AddEndpointServiceServerResourceRequestBody(
            server_resources=[ServerResource(resource_id=ORDERS_BALANCER)])))
    shop.delete_endpoint(DeleteEndpointRequest(vpc_endpoint_id=endpoint))
    sim.advance("61s")
    assert shop.list_endpoints(ListEndpointsRequest()).total_count == 1
    owner.delete_endpoint_service(DeleteEndpointServiceRequest(**of))
