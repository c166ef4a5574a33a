"""Objects that scenarios need again and again, made with the SDK's own models."""

from huaweicloudsdkvpcep.v1 import *  # noqa: F403

from world import CHECKOUT, CHECKOUT_A, PAYMENTS, PAYMENTS_BALANCER


def ports(*pairs):
    return [PortList(client_port=client, server_port=server, protocol="TCP") for client, server in pairs or [(8080, 80)]]


def service_body(**changes):
    fields = dict(port_id=PAYMENTS_BALANCER, vpc_id=PAYMENTS, server_type="LB", ports=ports(), service_name="orders")
    return CreateEndpointServiceRequestBody(**{**fields, **changes})


def create_service(account, **changes):
    return account.create_endpoint_service(CreateEndpointServiceRequest(body=service_body(**changes)))


def get_service(account, service):
    return account.list_service_details(ListServiceDetailsRequest(vpc_endpoint_service_id=service))


def available_service(account, **changes):
    """A service that is ready; time moves on for it."""
    service = create_service(account, **changes)
    account.sim.advance("61s")
    return service


def allow(account, service, *permissions, action="add", kind=None):
    body = AddOrRemoveServicePermissionsRequestBody(permissions=list(permissions), action=action, permission_type=kind)
    request = AddOrRemoveServicePermissionsRequest(vpc_endpoint_service_id=service, body=body)
    return account.add_or_remove_service_permissions(request)


def endpoint_body(service, **changes):
    fields = dict(endpoint_service_id=service, vpc_id=CHECKOUT, subnet_id=CHECKOUT_A)
    return CreateEndpointRequestBody(**{**fields, **changes})


def create_endpoint(account, service, **changes):
    return account.create_endpoint(CreateEndpointRequest(body=endpoint_body(service, **changes)))


def get_endpoint(account, endpoint):
    return account.list_endpoint_info_details(ListEndpointInfoDetailsRequest(vpc_endpoint_id=endpoint))


def delete_endpoint(account, endpoint):
    return account.delete_endpoint(DeleteEndpointRequest(vpc_endpoint_id=endpoint))


def delete_service(account, service):
    return account.delete_endpoint_service(DeleteEndpointServiceRequest(vpc_endpoint_service_id=service))


def answer_connection(account, service, endpoint, action="receive"):
    body = AcceptOrRejectEndpointRequestBody(action=action, endpoints=[endpoint])
    return account.accept_or_reject_endpoint(AcceptOrRejectEndpointRequest(vpc_endpoint_service_id=service, body=body))


def connections(account, service, **query):
    return account.list_service_connections(ListServiceConnectionsRequest(vpc_endpoint_service_id=service, **query))


def permissions(account, service, **query):
    request = ListServicePermissionsDetailsRequest(vpc_endpoint_service_id=service, **query)
    return account.list_service_permissions_details(request)


def everybody(account, **changes):
    """A service that is ready and open to every account."""
    service = available_service(account, **changes)
    allow(account, service.id, "*")
    return service


def pending_endpoint(owner, consumer, service, **changes):
    """An endpoint that waits for its acceptance."""
    endpoint = create_endpoint(consumer, service, **changes)
    owner.sim.advance("61s")
    return endpoint
