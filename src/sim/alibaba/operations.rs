//! Every operation as data: product, name, style, parameters (Elasticsearch and PrivateLink API
//! reference, sections 5 and 8).

use percent_encoding::percent_decode_str;

use super::call::{Answer, Call};
use super::gate::Product::{self, Elasticsearch, PrivateLink, Sts};
use super::{connections, elasticsearch, endpoints, kibana, services, tags, users};

/// One operation.
pub(crate) struct Operation {
    pub(crate) product: Product,
    /// With its product, as RAM spells it: `privatelink:CreateVpcEndpoint`.
    pub(crate) name: &'static str,
    pub(crate) method: &'static str,
    /// With holes; `/` for calls without paths.
    pub(crate) path: &'static str,
    pub(crate) writes: bool,
    pub(crate) parameters: &'static [&'static str],
    pub(crate) handle: fn(&mut Call<'_>) -> Answer,
}

impl std::fmt::Debug for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Operation {
    /// Its name without the product.
    pub(crate) fn action(&self) -> &'static str {
        self.name.split_once(':').map_or(self.name, |(_, action)| action)
    }
}

const fn read(
    name: &'static str,
    parameters: &'static [&'static str],
    handle: fn(&mut Call<'_>) -> Answer,
) -> Operation {
    Operation { product: PrivateLink, name, method: "POST", path: "/", writes: false, parameters, handle }
}

const fn write(
    name: &'static str,
    parameters: &'static [&'static str],
    handle: fn(&mut Call<'_>) -> Answer,
) -> Operation {
    Operation { writes: true, ..read(name, parameters, handle) }
}

const fn rest(
    name: &'static str,
    method: &'static str,
    path: &'static str,
    parameters: &'static [&'static str],
    handle: fn(&mut Call<'_>) -> Answer,
) -> Operation {
    let writes = !matches!(method.as_bytes(), b"GET");
    Operation { product: Elasticsearch, name, method, path, writes, parameters, handle }
}

/// All of them.
pub(crate) const OPERATIONS: &[Operation] = &[
    rest(
        "elasticsearch:ListVpcEndpoints",
        "GET",
        "/openapi/instances/{}/vpc-endpoints",
        &["page", "size"],
        elasticsearch::list,
    ),
    rest(
        "elasticsearch:CreateVpcEndpoint",
        "POST",
        "/openapi/instances/{}/vpc-endpoints",
        &["ClientToken", "dryRun", "serviceId", "zoneId"],
        elasticsearch::create,
    ),
    rest(
        "elasticsearch:DeleteVpcEndpoint",
        "DELETE",
        "/openapi/instances/{}/vpc-endpoints/{}",
        &["ClientToken"],
        elasticsearch::delete,
    ),
    rest(
        "elasticsearch:DescribeInstance",
        "GET",
        "/openapi/instances/{}",
        &[],
        elasticsearch::describe_instance,
    ),
    rest(
        "elasticsearch:ListInstance",
        "GET",
        "/openapi/instances",
        &[
            "page",
            "size",
            "description",
            "instanceId",
            "esVersion",
            "resourceGroupId",
            "tags",
            "vpcId",
            "zoneId",
            "paymentType",
            "instanceCategory",
            "status",
        ],
        elasticsearch::list_instances,
    ),
    rest("elasticsearch:DescribeRegions", "GET", "/openapi/regions", &[], elasticsearch::regions),
    rest(
        "elasticsearch:EnableKibanaPvlNetwork",
        "POST",
        "/openapi/instances/{}/actions/enable-kibana-private",
        &["clientToken", "endpointName", "securityGroups", "vSwitchIdsZone", "vpcId", "managedSecurityGroup"],
        kibana::enable,
    ),
    rest(
        "elasticsearch:DisableKibanaPvlNetwork",
        "POST",
        "/openapi/instances/{}/actions/disable-kibana-private",
        &[],
        kibana::disable,
    ),
    rest(
        "elasticsearch:ListKibanaPvlNetwork",
        "GET",
        "/openapi/instances/{}/actions/get-kibana-private",
        &[],
        kibana::list,
    ),
    rest(
        "elasticsearch:UpdateKibanaPvlNetwork",
        "POST",
        "/openapi/instances/{}/actions/update-kibana-private",
        &["clientToken", "pvlId", "endpointName", "securityGroups"],
        kibana::update,
    ),
    rest(
        "elasticsearch:TriggerNetwork",
        "POST",
        "/openapi/instances/{}/actions/network-trigger",
        &["clientToken", "nodeType", "networkType", "actionType"],
        kibana::trigger,
    ),
    Operation { product: Sts, writes: false, ..read("sts:GetCallerIdentity", &[], users::caller_identity) },
    write(
        "privatelink:CreateVpcEndpointService",
        &[
            "RegionId",
            "ClientToken",
            "DryRun",
            "ServiceDescription",
            "AutoAcceptEnabled",
            "Payer",
            "ZoneAffinityEnabled",
            "ServiceResourceType",
            "Resource",
            "ServiceSupportIPv6",
            "AddressIpVersion",
            "SupportedRegionList",
            "ResourceGroupId",
            "Tag",
        ],
        services::create,
    ),
    read("privatelink:GetVpcEndpointServiceAttribute", &["RegionId", "ServiceId"], services::get),
    read(
        "privatelink:ListVpcEndpointServices",
        &[
            "RegionId",
            "ServiceId",
            "ServiceName",
            "ResourceId",
            "ServiceResourceType",
            "AutoAcceptEnabled",
            "ServiceStatus",
            "ServiceBusinessStatus",
            "ZoneAffinityEnabled",
            "AddressIpVersion",
            "ResourceGroupId",
            "Tag",
            "MaxResults",
            "NextToken",
        ],
        services::list,
    ),
    read(
        "privatelink:ListVpcEndpointServicesByEndUser",
        &[
            "RegionId",
            "ServiceId",
            "ServiceName",
            "ServiceType",
            "ServiceRegionId",
            "Tag",
            "ResourceGroupId",
            "MaxResults",
            "NextToken",
        ],
        services::list_usable,
    ),
    write(
        "privatelink:UpdateVpcEndpointServiceAttribute",
        &[
            "RegionId",
            "ServiceId",
            "ServiceDescription",
            "AutoAcceptEnabled",
            "ConnectBandwidth",
            "ZoneAffinityEnabled",
            "ServiceSupportIPv6",
            "AddressIpVersion",
            "AddSupportedRegionSet",
            "DeleteSupportedRegionSet",
            "ClientToken",
            "DryRun",
        ],
        services::update,
    ),
    write(
        "privatelink:DeleteVpcEndpointService",
        &["RegionId", "ServiceId", "ClientToken", "DryRun"],
        services::delete,
    ),
    write(
        "privatelink:AttachResourceToVpcEndpointService",
        &["RegionId", "ServiceId", "ResourceId", "ResourceType", "ZoneId", "ClientToken", "DryRun"],
        services::attach,
    ),
    write(
        "privatelink:DetachResourceFromVpcEndpointService",
        &["RegionId", "ServiceId", "ResourceId", "ResourceType", "ZoneId", "ClientToken", "DryRun"],
        services::detach,
    ),
    read(
        "privatelink:ListVpcEndpointServiceResources",
        &["RegionId", "ServiceId", "MaxResults", "NextToken"],
        services::resources,
    ),
    write(
        "privatelink:AddUserToVpcEndpointService",
        &["RegionId", "ServiceId", "UserId", "UserARN", "ClientToken", "DryRun"],
        users::add,
    ),
    write(
        "privatelink:RemoveUserFromVpcEndpointService",
        &["RegionId", "ServiceId", "UserId", "UserARN", "ClientToken", "DryRun"],
        users::remove,
    ),
    read(
        "privatelink:ListVpcEndpointServiceUsers",
        &["RegionId", "ServiceId", "UserId", "UserListType", "MaxResults", "NextToken"],
        users::list,
    ),
    write(
        "privatelink:CreateVpcEndpoint",
        &[
            "RegionId",
            "VpcId",
            "ServiceId",
            "ServiceName",
            "EndpointName",
            "EndpointDescription",
            "EndpointType",
            "SecurityGroupId",
            "Zone",
            "ZonePrivateIpAddressCount",
            "AddressIpVersion",
            "CrossRegionBandwidth",
            "ServiceRegionId",
            "ProtectedEnabled",
            "PolicyDocument",
            "ZoneAffinityEnabled",
            "ResourceGroupId",
            "Tag",
            "ClientToken",
            "DryRun",
        ],
        endpoints::create,
    ),
    read("privatelink:GetVpcEndpointAttribute", &["RegionId", "EndpointId"], endpoints::get),
    read(
        "privatelink:ListVpcEndpoints",
        &[
            "RegionId",
            "EndpointId",
            "EndpointName",
            "VpcId",
            "ServiceName",
            "ServiceRegionId",
            "EndpointType",
            "EndpointStatus",
            "ConnectionStatus",
            "AddressIpVersion",
            "ResourceGroupId",
            "Tag",
            "MaxResults",
            "NextToken",
        ],
        endpoints::list,
    ),
    write(
        "privatelink:UpdateVpcEndpointAttribute",
        &[
            "RegionId",
            "EndpointId",
            "EndpointName",
            "EndpointDescription",
            "AddressIpVersion",
            "CrossRegionBandwidth",
            "PolicyDocument",
            "ResetPolicy",
            "ZoneAffinityEnabled",
            "ClientToken",
            "DryRun",
        ],
        endpoints::update,
    ),
    write(
        "privatelink:DeleteVpcEndpoint",
        &["RegionId", "EndpointId", "ClientToken", "DryRun"],
        endpoints::delete,
    ),
    write(
        "privatelink:AddZoneToVpcEndpoint",
        &["RegionId", "EndpointId", "ZoneId", "VSwitchId", "ip", "Ipv6Address", "ClientToken", "DryRun"],
        endpoints::add_zone,
    ),
    write(
        "privatelink:RemoveZoneFromVpcEndpoint",
        &["RegionId", "EndpointId", "ZoneId", "ClientToken", "DryRun"],
        endpoints::remove_zone,
    ),
    read(
        "privatelink:ListVpcEndpointZones",
        &["RegionId", "EndpointId", "MaxResults", "NextToken"],
        endpoints::zones,
    ),
    write(
        "privatelink:AttachSecurityGroupToVpcEndpoint",
        &["RegionId", "EndpointId", "SecurityGroupId", "ClientToken", "DryRun"],
        endpoints::attach_group,
    ),
    write(
        "privatelink:DetachSecurityGroupFromVpcEndpoint",
        &["RegionId", "EndpointId", "SecurityGroupId", "ClientToken", "DryRun"],
        endpoints::detach_group,
    ),
    read(
        "privatelink:ListVpcEndpointSecurityGroups",
        &["RegionId", "EndpointId", "MaxResults", "NextToken"],
        endpoints::groups,
    ),
    write(
        "privatelink:EnableVpcEndpointConnection",
        &["RegionId", "ServiceId", "EndpointId", "Bandwidth", "TrafficControlMode", "ClientToken", "DryRun"],
        connections::enable,
    ),
    write(
        "privatelink:DisableVpcEndpointConnection",
        &["RegionId", "ServiceId", "EndpointId", "ClientToken", "DryRun"],
        connections::disable,
    ),
    write(
        "privatelink:UpdateVpcEndpointConnectionAttribute",
        &["RegionId", "ServiceId", "EndpointId", "Bandwidth", "TrafficControlMode", "ClientToken", "DryRun"],
        connections::update,
    ),
    read(
        "privatelink:ListVpcEndpointConnections",
        &[
            "RegionId",
            "ServiceId",
            "EndpointId",
            "EndpointOwnerId",
            "ConnectionStatus",
            "EniId",
            "ResourceId",
            "ReplacedResourceId",
            "ResourceGroupId",
            "MaxResults",
            "NextToken",
        ],
        connections::list,
    ),
    write(
        "privatelink:EnableVpcEndpointZoneConnection",
        &["RegionId", "ServiceId", "EndpointId", "ZoneId", "ClientToken", "DryRun"],
        connections::enable_zone,
    ),
    write(
        "privatelink:DisableVpcEndpointZoneConnection",
        &["RegionId", "ServiceId", "EndpointId", "ZoneId", "ReplacedResource", "ClientToken", "DryRun"],
        connections::disable_zone,
    ),
    write(
        "privatelink:TagResources",
        &["RegionId", "ResourceId", "ResourceType", "Tag", "ClientToken", "DryRun"],
        tags::tag,
    ),
    write(
        "privatelink:UntagResources",
        &["RegionId", "ResourceId", "ResourceType", "TagKey", "All", "ClientToken", "DryRun"],
        tags::untag,
    ),
    read(
        "privatelink:ListTagResources",
        &["RegionId", "ResourceId", "ResourceType", "Tag", "NextToken", "MaxResults", "ClientToken"],
        tags::list,
    ),
    write(
        "privatelink:ChangeResourceGroup",
        &["RegionId", "ResourceId", "ResourceType", "ResourceGroupId", "ClientToken", "DryRun"],
        tags::change_group,
    ),
];

/// The operation of a call without paths.
pub(crate) fn by_action(product: Product, action: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|one| one.product == product && one.path == "/" && one.action() == action)
}

/// The operation of a path, and what its holes hold.
pub(crate) fn by_path(method: &str, path: &str) -> Option<(&'static Operation, Vec<String>)> {
    let parts: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    OPERATIONS.iter().filter(|one| one.path != "/" && one.method == method).find_map(|operation| {
        let template: Vec<&str> = operation.path.split('/').collect();
        if template.len() != parts.len() {
            return None;
        }
        let mut holes = Vec::new();
        for (wanted, part) in template.iter().zip(&parts) {
            match *wanted {
                "{}" if !part.is_empty() => {
                    holes.push(percent_decode_str(part).decode_utf8_lossy().into_owned());
                }
                wanted if wanted == *part => {}
                _ => return None,
            }
        }
        Some((operation, holes))
    })
}
