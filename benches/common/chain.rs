//! The chain that is measured: groups of a service, its whitelist, four endpoints of another account
//! and their four acceptances, every resource a block of its own. The same graph as `terraform_data`.

use std::fmt::Write as _;

/// Who owns the services, in the sample world, and who uses them.
pub(crate) const OWNER_VPC: &str = "4189d3c2-8882-4871-a3c2-d380272eed80";
/// See [`OWNER_VPC`].
pub(crate) const OWNER_PORT: &str = "4189d3c2-8882-4871-a3c2-d380272eed88";
/// See [`OWNER_VPC`].
pub(crate) const SHOP: &str = "5fc973eea581490997e82ea11a1df31f";
/// See [`OWNER_VPC`].
pub(crate) const SHOP_VPC: &str = "84758cf5-9c62-43ae-a778-3dbd8370c0a4";
/// See [`OWNER_VPC`].
pub(crate) const SHOP_SUBNET: &str = "68bfbcc1-dff2-47e4-a9d4-332b9bc1b8de";

/// Endpoints, and so acceptances, in a group.
const ENDPOINTS: usize = 4;

/// How many groups, and how large each is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// Services, each with its whitelist.
    pub(crate) groups: usize,
    /// Records in each whitelist.
    pub(crate) records: usize,
    /// Endpoints of each service, and so acceptances.
    pub(crate) endpoints: usize,
}

impl Shape {
    /// The usual chain.
    pub(crate) fn usual(resources: usize) -> Shape {
        Shape { groups: resources / GROUP, records: 1, endpoints: ENDPOINTS }
    }

    /// All resources.
    pub(crate) fn resources(&self) -> usize {
        self.groups * (2 + 2 * self.endpoints)
    }

    fn all_endpoints(self) -> impl Iterator<Item = (usize, usize)> {
        (0..self.groups).flat_map(move |group| (0..self.endpoints).map(move |one| (group, one)))
    }
}

/// Resources in a group.
pub(crate) const GROUP: usize = 2 + 2 * ENDPOINTS;

/// The configuration of a shape against a simulator.
pub(crate) fn landbridge(shape: Shape, address: &str) -> String {
    let groups = shape.groups;
    let more: String = (1..shape.records).map(|record| format!(", 'iam:domain::{record:032x}'")).collect();
    let mut text = format!(
        "stack: chain
providers:
  owner:
    type: huaweicloud
    region: tr-west-1
    project_id: 0f1e2d3c4b5a69788796a5b4c3d2e1f0
    endpoint: {address}
    iam_endpoint: {address}
    auth: {{ access_key: SIMAKOWNER0000000001, secret_key: owner-sample-secret-key-000000000000001 }}
  shop:
    type: huaweicloud
    region: tr-west-1
    project_id: 62145616c4a940336fb637167623306e
    endpoint: {address}
    iam_endpoint: {address}
    auth: {{ access_key: SIMAKSHOP00000000001, secret_key: shop-sample-secret-key-0000000000000001 }}
resources:
  vpcep_service:
"
    );
    for group in 0..groups {
        let port = port(group);
        _ = write!(
            text,
            "    s{group}:
      provider: owner
      vpc_id: {OWNER_VPC}
      port_id: {OWNER_PORT}
      server_type: LB
      approval_enabled: true
      service_name: pay-{group}
      ports: [{{ client_port: 443, server_port: {port} }}]
"
        );
    }
    text.push_str("  vpcep_whitelist:\n");
    for group in 0..groups {
        _ = write!(
            text,
            "    w{group}:
      provider: owner
      endpoint_service_id: ${{vpcep_service.s{group}.id}}
      permissions: ['iam:domain::{SHOP}'{more}]
"
        );
    }
    text.push_str("  vpcep_endpoint:\n");
    for (group, one) in shape.all_endpoints() {
        _ = write!(
            text,
            "    e{group}_{one}:
      provider: shop
      endpoint_service_id: ${{vpcep_service.s{group}.id}}
      vpc_id: {SHOP_VPC}
      subnet_id: {SHOP_SUBNET}
"
        );
    }
    text.push_str("  vpcep_accept:\n");
    for (group, one) in shape.all_endpoints() {
        _ = write!(
            text,
            "    a{group}_{one}:
      provider: owner
      endpoint_service_id: ${{vpcep_service.s{group}.id}}
      endpoint_id: ${{vpcep_endpoint.e{group}_{one}.id}}
"
        );
    }
    text
}

/// The same graph for Terraform: references where ours has them, `depends_on` for the order that
/// our kinds know by themselves.
pub(crate) fn terraform(resources: usize) -> String {
    let groups = resources / GROUP;
    let mut text = String::new();
    for group in 0..groups {
        let port = port(group);
        _ = write!(
            text,
            r#"resource "terraform_data" "s{group}" {{
  input = {{
    vpc_id       = "{OWNER_VPC}"
    port_id      = "{OWNER_PORT}"
    server_type  = "LB"
    approval     = true
    service_name = "pay-{group}"
    ports        = [{{ client_port = 443, server_port = {port} }}]
  }}
}}
resource "terraform_data" "w{group}" {{
  input = {{
    endpoint_service_id = terraform_data.s{group}.id
    permissions         = ["iam:domain::{SHOP}"]
  }}
}}
"#
        );
    }
    for (group, one) in endpoints(groups) {
        _ = write!(
            text,
            r#"resource "terraform_data" "e{group}_{one}" {{
  input = {{
    endpoint_service_id = terraform_data.s{group}.id
    vpc_id              = "{SHOP_VPC}"
    subnet_id           = "{SHOP_SUBNET}"
  }}
  depends_on = [terraform_data.w{group}]
}}
resource "terraform_data" "a{group}_{one}" {{
  input = {{
    endpoint_service_id = terraform_data.s{group}.id
    endpoint_id         = terraform_data.e{group}_{one}.id
  }}
}}
"#
        );
    }
    text
}

/// The port of a group's back end.
pub(crate) fn port(group: usize) -> usize {
    group % 60_000 + 1
}

/// Every endpoint: its group and its place in it.
pub(crate) fn endpoints(groups: usize) -> impl Iterator<Item = (usize, usize)> {
    Shape { groups, records: 1, endpoints: ENDPOINTS }.all_endpoints()
}
