//! Dry runs: the cloud says whether it would refuse a call, and does nothing (sections 5.2 and 8.1).

use super::Alibaba;
use super::request::Product;
use crate::provider::verdict::Failure;
use crate::provider::{Attempt, Budget, Call, Class, ReadFault};
use crate::resource::Fault;

/// The operations that take one. Those about tags and resource groups do not, and of Elasticsearch
/// only the creation does.
const TAKING: [&str; 17] = [
    "elasticsearch:CreateVpcEndpoint",
    "privatelink:CreateVpcEndpointService",
    "privatelink:UpdateVpcEndpointServiceAttribute",
    "privatelink:DeleteVpcEndpointService",
    "privatelink:AttachResourceToVpcEndpointService",
    "privatelink:DetachResourceFromVpcEndpointService",
    "privatelink:AddUserToVpcEndpointService",
    "privatelink:RemoveUserFromVpcEndpointService",
    "privatelink:CreateVpcEndpoint",
    "privatelink:UpdateVpcEndpointAttribute",
    "privatelink:DeleteVpcEndpoint",
    "privatelink:AddZoneToVpcEndpoint",
    "privatelink:RemoveZoneFromVpcEndpoint",
    "privatelink:AttachSecurityGroupToVpcEndpoint",
    "privatelink:EnableVpcEndpointConnection",
    "privatelink:DisableVpcEndpointConnection",
    "privatelink:UpdateVpcEndpointConnectionAttribute",
];

/// Whether a call can be tried out.
pub fn takes_dry_run(call: &Call) -> bool {
    TAKING.contains(&call.operation.as_str())
}

impl Alibaba {
    /// Tries a call out.
    ///
    /// # Errors
    /// Why the cloud would refuse it, or why it does not say.
    pub async fn dry_run(&self, call: &Call) -> Result<(), ReadFault> {
        let Some(mut ask) = self.ask_of(call) else {
            let message = format!("`{}` is no operation of this cloud", call.operation);
            return Err(ReadFault { class: Class::Input, fault: Fault::message(message) });
        };
        // Their spelling differs (trap 9).
        let parameter = if ask.product == Product::Elasticsearch { "dryRun" } else { "DryRun" };
        ask.query.push((parameter.to_owned(), "true".to_owned()));
        let ask = &ask;
        // Writes at once refuse each other, dry or not (section 8.1).
        let _alone = self.inner.dry_runs.lock().await;
        let attempt = || async {
            match self.session().exchange(ask).await {
                Ok(_) => Attempt::Done(Ok(())),
                // It passes by failing (trap 22).
                Err(Failure::Said { answer, .. }) if answer.is("DryRunOperation") => Attempt::Done(Ok(())),
                Err(failure) => failure.of_read(),
            }
        };
        self.session().retry().run(Budget::USUAL, attempt).await
    }
}
