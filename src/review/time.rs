//! How long the run takes, and for how long connections are down meanwhile: two things that readers
//! must not take for each other.

use super::section::{Section, counted};
use crate::plan::risk::{Consumer, Estimate, HazardKind, Risk};
use crate::plan::{Action, Plan};
use crate::resource::Address;

/// The section; none where no call is made.
pub(super) fn section(plan: &Plan) -> Option<Section> {
    let estimate = plan.risk.estimate.as_ref()?;
    let mut summary = format!("the run takes about {}.", whole(estimate));
    if let Some(down) = down(plan, &plan.risk) {
        summary.push(' ');
        summary.push_str(&down);
    }
    Some(Section { key: "time", title: "Time", summary, findings: Vec::new() })
}

/// For how long connections are down, over all that are cut because an object ends.
fn down(plan: &Plan, risk: &Risk) -> Option<String> {
    let updates = |address: &Address| {
        plan.changes.iter().any(|change| change.address == *address && change.action == Action::Update)
    };
    let cuts = risk.hazards.iter().filter(|h| h.kind == HazardKind::CutsConnections && !updates(&h.address));
    let consumers: Vec<&Consumer> = cuts.flat_map(|hazard| &hazard.consumers).collect();
    let gone = consumers.iter().filter(|consumer| consumer.down_s.is_none()).count();
    let longest = consumers.iter().filter_map(|consumer| consumer.down_s).max();
    let back = longest.map(|seconds| match seconds {
        0 => "No connection is down: the new ones stand before the old ones end.".to_owned(),
        _ => format!(
            "Of that, connections are down for up to about {}, from the end of the old one until the new one stands.",
            rounded(seconds)
        ),
    });
    let gone = match gone {
        0 => None,
        1 => Some("1 connection does not come back by this plan.".to_owned()),
        many => Some(format!("{} do not come back by this plan.", counted(many, "connection"))),
    };
    let felt = risk.hazards.iter().any(|h| h.kind == HazardKind::CutsConnections && updates(&h.address));
    let felt = felt.then(|| {
        "Connections that a change in place cuts stay down until their clients do what is said below."
            .to_owned()
    });
    let told: Vec<String> = [back, gone, felt].into_iter().flatten().collect();
    (!told.is_empty()).then(|| told.join(" "))
}

/// "4 min, by earlier runs".
fn whole(estimate: &Estimate) -> String {
    let whence = match (estimate.recorded, estimate.assumed) {
        (_, 0) => "by earlier runs",
        (0, _) => "assumed, since no earlier run is recorded",
        _ => "partly by earlier runs",
    };
    format!("{}, {whence}", rounded(estimate.seconds))
}

/// A length of time in so few words as an estimate deserves.
pub(super) fn rounded(seconds: u64) -> String {
    match seconds {
        0..=1 => "1 s".to_owned(),
        2..=90 => format!("{seconds} s"),
        91..=5400 => format!("{} min", seconds.div_ceil(60)),
        _ => {
            let minutes = seconds.div_ceil(60);
            format!("{} h {} min", minutes / 60, minutes % 60)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_rounded_up() {
        let told = [0, 45, 91, 240, 241, 5401].map(rounded);
        assert_eq!(told, ["1 s", "45 s", "2 min", "4 min", "5 min", "1 h 31 min"]);
    }
}
