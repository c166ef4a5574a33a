//! Limits that are checked before anything is sent (sections 5 and 8).

use crate::resource::Check;

/// An id of the cloud with this beginning.
pub(super) fn id(prefix: &'static str) -> Check {
    let (pattern, allowed) = match prefix {
        "epsrv-" => ("epsrv-[a-z0-9]+", "the id of an endpoint service, `epsrv-…`"),
        "ep-" => ("ep-[a-z0-9]+", "the id of an endpoint, `ep-…`"),
        "es-" => ("es-[a-z0-9-]+", "the id of an Elasticsearch instance, `es-…`"),
        "vpc-" => ("vpc-[a-z0-9]+", "the id of a VPC, `vpc-…`"),
        "sg-" => ("sg-[a-z0-9]+", "the id of a security group, `sg-…`"),
        "rg-" => ("rg-[a-z0-9]+", "the id of a resource group, `rg-…`"),
        other => panic!("no pattern for ids that begin with {other}: please report"),
    };
    Check::Pattern(pattern, allowed)
}

/// A zone of a region.
pub(super) fn zone() -> Check {
    Check::Pattern("[a-z0-9-]+", "a zone such as `cn-hangzhou-i`")
}

/// A region.
pub(super) fn region() -> Check {
    Check::Pattern("[a-z0-9-]+", "a region such as `cn-hangzhou`")
}

/// Free text. That it may not begin like an address is for the cloud to say.
pub(super) fn description() -> Check {
    Check::Pattern("(.|\\n){2,256}", "2 to 256 characters")
}
