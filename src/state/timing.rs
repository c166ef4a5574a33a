//! How long steps took in earlier runs: what the duration of a plan is estimated from.

use serde::{Deserialize, Serialize};

/// The mean over many steps of one kind and action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timing {
    /// Over how many steps.
    pub count: u64,
    /// Their mean, in milliseconds.
    pub mean_ms: u64,
}

/// Older steps than this many count no more, so that the mean follows a cloud that changes.
const MEMORY: u64 = 50;

/// Under which name the steps of a kind and action are counted.
pub fn key(kind: &str, action: &str) -> String {
    format!("{kind} {action}")
}

impl Timing {
    /// One step.
    pub fn one(ms: u64) -> Timing {
        Timing { count: 1, mean_ms: ms }
    }

    /// Takes later steps into the mean.
    pub fn add(&mut self, later: Timing) {
        let (old, new) = (u128::from(self.count.min(MEMORY)), u128::from(later.count.min(MEMORY)));
        let sum = old * u128::from(self.mean_ms) + new * u128::from(later.mean_ms);
        if let Some(mean) = sum.checked_div(old + new) {
            self.mean_ms = u64::try_from(mean).unwrap_or(u64::MAX);
        }
        self.count = self.count.saturating_add(later.count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_follows_what_is_new() {
        let mut timing = Timing::one(1000);
        timing.add(Timing::one(3000));
        assert_eq!(timing, Timing { count: 2, mean_ms: 2000 });
        timing.add(Timing { count: 1_000_000, mean_ms: 0 });
        assert_eq!(timing, Timing { count: 1_000_002, mean_ms: 76 });
        let mut nothing = Timing::default();
        nothing.add(Timing::default());
        assert_eq!(nothing, Timing::default());
        timing.add(Timing { count: u64::MAX, mean_ms: u64::MAX });
        assert!(timing.mean_ms > 1 << 62);
    }
}
