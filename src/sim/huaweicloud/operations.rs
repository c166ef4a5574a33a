//! Every operation as data: name, method, path, IAM action, parameters (VPCEP API reference, section 4).

use percent_encoding::percent_decode_str;

use super::call::{Answer, Call};
use super::errors::Refusal;
use super::{connections, endpoints, gateways, iam, permissions, quotas, services, tags};

/// Which credentials an operation asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asks {
    /// None.
    Nothing,
    /// Any valid ones.
    Account,
    /// Valid ones for the project in the path, and the IAM action.
    Project,
}

/// Whether there is a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    None,
    Needed,
}

/// One operation.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) asks: Asks,
    pub(crate) action: &'static str,
    pub(crate) success: u16,
    pub(crate) query: &'static [&'static str],
    pub(crate) body: Body,
    /// The fields of the body that are known.
    pub(crate) fields: &'static [&'static str],
    pub(crate) handle: fn(&mut Call<'_>) -> Result<Answer, Refusal>,
}

impl std::fmt::Debug for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// IAM actions that creating a service needs besides its own (section 11).
pub(crate) const CREATE_SERVICE_NEEDS: [&str; 8] = [
    "vpc:vpcs:get",
    "vpc:vpcs:list",
    "elb:loadbalancers:list",
    "elb:loadbalancers:get",
    "ecs:servers:list",
    "ecs:servers:get",
    "bms:servers:list",
    "bms:servers:get",
];

macro_rules! operations {
    ($( $name:ident $method:ident $path:literal $asks:ident $action:literal $success:literal
        query $query:tt $(body $fields:tt)? => $handle:path; )*) => {
        /// All of them; a path with words stands before one with `{…}` in their place.
        pub(crate) static OPERATIONS: &[Operation] = &[$( Operation {
            name: stringify!($name),
            method: stringify!($method),
            path: $path,
            asks: Asks::$asks,
            action: $action,
            success: $success,
            query: &$query,
            body: operations!(@body $($fields)?),
            fields: &operations!(@fields $($fields)?),
            handle: $handle,
        } ),*];
    };
    (@body) => { Body::None };
    (@body $fields:tt) => { Body::Needed };
    (@fields) => { [] };
    (@fields $fields:tt) => { $fields };
}

operations! {
    versions GET "/" Nothing "" 200 query [] => quotas::versions;
    create_token POST "/v3/auth/tokens" Nothing "" 201 query ["nocatalog"] body ["auth"] => iam::create_token;
    show_token GET "/v3/auth/tokens" Account "" 200 query ["nocatalog"] => iam::show_token;
    list_projects GET "/v3/projects" Account "" 200
        query ["name", "domain_id", "parent_id", "enabled", "is_domain", "page", "per_page"] => iam::list_projects;
    list_auth_projects GET "/v3/auth/projects" Account "" 200 query [] => iam::list_projects;
    list_domains GET "/v3/auth/domains" Account "" 200 query [] => iam::list_domains;
    caller_identity GET "/v5/caller-identity" Account "" 200 query [] => iam::caller_identity;
    create_temporary_key POST "/v3.0/OS-CREDENTIAL/securitytokens" Account "" 201
        query [] body ["auth"] => iam::create_temporary_key;
    identity_version GET "/v3" Nothing "" 200 query [] => iam::identity_version;
    version GET "/{version}" Nothing "" 200 query [] => quotas::version;

    list_public_services GET "/v1/{project}/vpc-endpoint-services/public" Project "vpcep:pubEpservices:list" 200
        query ["limit", "offset", "sort_key", "sort_dir", "endpoint_service_name", "id"] => services::public;
    describe_service GET "/v1/{project}/vpc-endpoint-services/describe" Project "vpcep:epserviceDesc:get" 200
        query ["id", "endpoint_service_name"] => services::describe;
    create_service POST "/v1/{project}/vpc-endpoint-services" Project "vpcep:epservices:create" 200
        query [] body ["port_id", "vpc_id", "server_type", "ports", "service_name", "approval_enabled",
            "service_type", "tcp_proxy", "tags", "description", "ip", "ip_version", "snat_network_id",
            "vip_port_id", "pool_id", "enable_policy"] => services::create;
    list_services GET "/v1/{project}/vpc-endpoint-services" Project "vpcep:epservices:list" 200
        query ["limit", "offset", "sort_key", "sort_dir", "endpoint_service_name", "id", "status",
            "public_border_group", "net_type", "server_type"] => services::list;
    get_service GET "/v1/{project}/vpc-endpoint-services/{service}" Project "vpcep:epservices:get" 200
        query [] => services::get;
    update_service PUT "/v1/{project}/vpc-endpoint-services/{service}" Project "vpcep:epservices:update" 200
        query [] body ["approval_enabled", "service_name", "ports", "port_id", "tcp_proxy", "description", "ip",
            "vip_port_id", "cidr"] => services::update;
    delete_service DELETE "/v1/{project}/vpc-endpoint-services/{service}" Project "vpcep:epservices:delete" 204
        query [] => services::delete;
    rename_service PUT "/v1/{project}/vpc-endpoint-services/{service}/name" Project "vpcep:epservices:update" 200
        query [] body ["endpoint_service_name"] => services::rename;
    list_connections GET "/v1/{project}/vpc-endpoint-services/{service}/connections" Project
        "vpcep:connections:list" 200
        query ["limit", "offset", "sort_key", "sort_dir", "id", "marker_id", "status"] => connections::list;
    connection_action POST "/v1/{project}/vpc-endpoint-services/{service}/connections/action" Project
        "vpcep:connections:update" 200 query [] body ["action", "endpoints"] => connections::action;
    connection_descriptions PUT "/v1/{project}/vpc-endpoint-services/{service}/connections/description" Project
        "vpcep:connections:update" 200 query [] body ["connections"] => connections::descriptions;
    list_permissions GET "/v1/{project}/vpc-endpoint-services/{service}/permissions" Project
        "vpcep:permissions:list" 200
        query ["limit", "offset", "sort_key", "sort_dir", "permission"] => permissions::list;
    permission_action POST "/v1/{project}/vpc-endpoint-services/{service}/permissions/action" Project
        "vpcep:permissions:update" 200
        query [] body ["permissions", "action", "permission_type"] => permissions::action;
    batch_create_permissions POST "/v1/{project}/vpc-endpoint-services/{service}/permissions/batch-create" Project
        "vpcep:permissions:update" 200 query [] body ["permissions", "permission_type"] => permissions::batch_create;
    batch_delete_permissions POST "/v1/{project}/vpc-endpoint-services/{service}/permissions/batch-delete" Project
        "vpcep:permissions:update" 200 query [] body ["permissions"] => permissions::batch_delete;
    update_permission PUT "/v1/{project}/vpc-endpoint-services/{service}/permissions/{permission}" Project
        "vpcep:permissions:update" 200 query [] body ["permission"] => permissions::update;

    create_endpoint POST "/v1/{project}/vpc-endpoints" Project "vpcep:endpoints:create" 200
        query [] body ["endpoint_service_id", "vpc_id", "subnet_id", "enable_dns", "port_ip", "routetables",
            "whitelist", "enable_whitelist", "tags", "description", "policy_statement", "policy_document",
            "ip_version", "ipv6_address", "specification_name"] => endpoints::create;
    list_endpoints GET "/v1/{project}/vpc-endpoints" Project "vpcep:endpoints:list" 200
        query ["limit", "offset", "sort_key", "sort_dir", "endpoint_service_name", "vpc_id", "id"]
        => endpoints::list;
    get_endpoint GET "/v1/{project}/vpc-endpoints/{endpoint}" Project "vpcep:endpoints:get" 200
        query [] => endpoints::get;
    update_endpoint PUT "/v1/{project}/vpc-endpoints/{endpoint}" Project "vpcep:endpoints:update" 200
        query [] body ["whitelist", "enable_whitelist"] => endpoints::update;
    delete_endpoint DELETE "/v1/{project}/vpc-endpoints/{endpoint}" Project "vpcep:endpoints:delete" 204
        query [] => endpoints::delete;
    update_routetables PUT "/v1/{project}/vpc-endpoints/{endpoint}/routetables" Project
        "vpcep:epRouters:update" 200 query [] body ["routetables"] => gateways::update_routetables;
    update_policy PUT "/v1/{project}/vpc-endpoints/{endpoint}/policy" Project "vpcep:endpoints:update" 200
        query [] body ["policy_statement", "policy_document"] => gateways::update_policy;
    delete_policy DELETE "/v1/{project}/vpc-endpoints/{endpoint}/policy" Project "vpcep:endpoints:delete" 200
        query [] => gateways::delete_policy;

    quotas GET "/v1/{project}/quotas" Project "vpcep:quotas:get" 200 query ["type"] => quotas::quotas;
    tag_filter POST "/v1/{project}/{resource_type}/resource_instances/action" Project "vpcep:resource:list" 200
        query [] body ["action", "tags", "tags_any", "not_tags", "not_tags_any", "sys_tags", "without_any_tag",
            "matches", "limit", "offset"] => tags::filter;
    tag_action POST "/v1/{project}/{resource_type}/{resource}/tags/action" Project "vpcep:tags:update" 204
        query [] body ["action", "tags"] => tags::action;
    project_tags GET "/v1/{project}/{resource_type}/tags" Project "vpcep:tags:list" 200 query []
        => tags::of_project;

    upgrade_service POST "/v2/{project}/vpc-endpoint-services/{service}/upgrade" Project
        "vpcep:epservices:update" 204 query [] => services::upgrade;
    add_server_resources POST "/v2/{project}/vpc-endpoint-services/{service}/add-server-resources" Project
        "vpcep:epservices:update" 204 query [] body ["server_resources"] => services::add_server_resources;
    upgrade_endpoint POST "/v2/{project}/vpc-endpoints/{endpoint}/upgrade" Project "vpcep:endpoints:update" 202
        query [] body ["action"] => endpoints::upgrade;
}

/// What the parts of a path in braces held.
pub(crate) type PathValues = Vec<(&'static str, String)>;

/// What a method and a path mean.
#[derive(Debug)]
pub(crate) enum Found {
    Operation(&'static Operation, PathValues),
    /// The path is known with these methods only.
    OtherMethods(Vec<&'static str>),
    Nothing,
}

/// Looks a request up. A slash at the end makes no difference; words win over `{…}`, whatever the method.
pub(crate) fn find(method: &str, path: &str) -> Found {
    let path = path.strip_suffix('/').unwrap_or(path);
    let mut others = Vec::new();
    let mut fewest = usize::MAX;
    for operation in OPERATIONS {
        let template = operation.path.strip_suffix('/').unwrap_or(operation.path);
        let holes = template.matches('{').count();
        if holes > fewest || !fits(template, path) {
            continue;
        }
        // The table has words before holes, so what comes later has at least as many.
        fewest = holes;
        if operation.method == method {
            return Found::Operation(operation, values(template, path));
        }
        others.push(operation.method);
    }
    if others.is_empty() { Found::Nothing } else { Found::OtherMethods(others) }
}

fn fits(template: &str, path: &str) -> bool {
    let mut given = path.split('/');
    template
        .split('/')
        .all(|part| given.next().is_some_and(|have| part == have || is_hole(part) && !have.is_empty()))
        && given.next().is_none()
}

fn is_hole(part: &str) -> bool {
    part.starts_with('{')
}

fn values(template: &'static str, path: &str) -> PathValues {
    let holes = template.split('/').zip(path.split('/')).filter(|(part, _)| is_hole(part));
    holes
        .map(|(part, have)| {
            (part.trim_matches(['{', '}']), percent_decode_str(have).decode_utf8_lossy().into_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_found_under_its_own_path() {
        for operation in OPERATIONS {
            match find(operation.method, operation.path) {
                Found::Operation(found, _) => assert_eq!(found.name, operation.name, "{}", operation.path),
                other => panic!("{}: {other:?}", operation.name),
            }
        }
    }

    #[test]
    fn holes_and_misses() {
        let Found::Operation(operation, values) = find("GET", "/v1/p1/vpc-endpoints/e%201/") else {
            panic!()
        };
        assert_eq!((operation.name, values[1].1.as_str()), ("get_endpoint", "e 1"));
        assert!(
            matches!(find("PATCH", "/v1/p/vpc-endpoints"), Found::OtherMethods(known) if known == ["POST", "GET"])
        );
        assert!(matches!(find("GET", "/v9/p/none"), Found::Nothing));
        let word = find("PUT", "/v1/p/vpc-endpoint-services/describe");
        assert!(matches!(word, Found::OtherMethods(known) if known == ["GET"]), "a word is no id");
    }
}
