//! Client tokens of creations that an earlier run began and did not end: whoever repeats such a call
//! sends the same token, so that the cloud takes both for one. Other calls are begun anew: they may be
//! repeated anyway, and what the earlier one did others may have undone, which the cloud would not do
//! again for a token that it knows.

use crate::resource::Address;
use crate::state::{Call, Recorded};

/// The begun creations that carry a token.
#[derive(Debug, Default)]
pub(in crate::apply) struct Tokens(Vec<(Address, Call)>);

impl Tokens {
    /// What the last run left.
    pub(in crate::apply) fn left_by(recorded: &Recorded) -> Tokens {
        let begun = recorded.pending.values().map(|pending| &pending.begun);
        let with_token = begun.filter(|begun| begun.call.makes && begun.call.client_token.is_some());
        Tokens(with_token.map(|begun| (begun.address.clone(), begun.call.clone())).collect())
    }

    /// The token of the same call for the same address.
    pub(super) fn of(&self, address: &Address, call: &Call) -> Option<&str> {
        let is_same = |begun: &Call| {
            let token = begun.client_token.clone();
            *begun == Call { client_token: token, ..call.clone() }
        };
        let mut fitting = self.0.iter().filter(|(of, begun)| of == address && is_same(begun));
        // Two of them would be two calls: then it is a new one.
        match (fitting.next(), fitting.next()) {
            (Some((_, begun)), None) => begun.client_token.as_deref(),
            _ => None,
        }
    }
}
