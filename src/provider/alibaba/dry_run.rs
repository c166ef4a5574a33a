//! Dry runs: the cloud says whether it would refuse a call, and does nothing (sections 5.2 and 8.1).

use std::collections::BTreeSet;

use super::Alibaba;
use super::fields::Fields;
use super::request::Product;
use crate::provider::verdict::Failure;
use crate::provider::{Attempt, Budget, Call, Class, Effect, ReadFault};
use crate::resource::{Fault, Kind};

/// The operations that take one. Those about tags and resource groups do not, and of Elasticsearch
/// only the creation does.
const TAKING: [&str; 18] = [
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
    "privatelink:DetachSecurityGroupFromVpcEndpoint",
    "privatelink:EnableVpcEndpointConnection",
    "privatelink:DisableVpcEndpointConnection",
    "privatelink:UpdateVpcEndpointConnectionAttribute",
];

/// Calls that add something to an object that is there, whatever else changes of it.
const ADDING: [&str; 3] = [
    "privatelink:AttachResourceToVpcEndpointService",
    "privatelink:AddZoneToVpcEndpoint",
    "privatelink:AttachSecurityGroupToVpcEndpoint",
];

/// The calls of an effect that can be tried out: the first one, and of those after it the ones to whose answer
/// no call before them matters.
pub fn triable(kind: &Kind, effect: &Effect) -> Vec<Call> {
    let is_there = matches!(effect, Effect::Update { .. });
    let among = |names: &[&str], call: &Call| names.contains(&call.operation.as_str());
    let calls = super::calls(kind, effect);
    // What has to go before it can come again is there as long as nothing is done.
    let leaving: BTreeSet<String> =
        calls.iter().filter(|call| !among(&ADDING, call)).filter_map(zone_of).collect();
    let adds =
        |call: &Call| among(&ADDING, call) && zone_of(call).is_none_or(|zone| !leaving.contains(&zone));
    let can = |(at, call): &(usize, Call)| among(&TAKING, call) && (*at == 0 || is_there && adds(call));
    calls.into_iter().enumerate().filter(can).map(|(_, call)| call).collect()
}

/// The zone that a call is about.
fn zone_of(call: &Call) -> Option<String> {
    Fields::of(call.body.as_ref()?).text("ZoneId")
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
                // There a trial passes by a code: no code may mean that it was done.
                Ok(_) if ask.product == Product::PrivateLink => {
                    let fault = Fault::message("it answered the trial as if it were the call itself");
                    Attempt::Done(Err(ReadFault { class: Class::Internal, fault }))
                }
                Ok(_) => Attempt::Done(Ok(())),
                // It passes by failing (trap 22).
                Err(Failure::Said { answer, .. }) if answer.is("DryRunOperation") => Attempt::Done(Ok(())),
                Err(failure) => failure.of_read(),
            }
        };
        self.session().retry().run(Budget::USUAL, attempt).await
    }
}
