//! Which of the stack's limits a plan goes beyond.

use serde::{Deserialize, Serialize};

use super::Risk;
use crate::config::{Bound, Limit, Limits};
use crate::plan::PlanMode;

/// A limit that a plan goes beyond: apply refuses, unless the user says that it may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exceeded {
    /// Which one.
    pub limit: Limit,
    /// How many there are.
    pub count: u64,
    /// How many are allowed.
    pub allowed: Bound,
    /// It in a sentence.
    pub text: String,
}

/// Every limit that is exceeded.
pub(super) fn exceeded(limits: &Limits, mode: PlanMode, risk: &Risk) -> Vec<Exceeded> {
    let share = risk.share;
    // Who destroys has said so; only what the author wrote holds then.
    let default = if mode == PlanMode::Destroy { Bound::Off } else { Limits::DELETES };
    let gone = share.deleted + share.replaced;
    let cut = risk.connections_cut();
    let all = [
        (Limit::Deletes, gone, limits.deletes.unwrap_or(default)),
        (Limit::Replacements, share.replaced, limits.replacements),
        (Limit::CutConnections, cut, limits.cut_connections),
    ];
    let beyond = all.into_iter().filter(|(_, count, allowed)| match allowed {
        Bound::Off => false,
        Bound::Count(most) => count > most,
        Bound::Percent(percent) => {
            share.objects >= limits.at_least
                && u128::from(*count) * 100 > u128::from(*percent) * u128::from(share.objects)
        }
    });
    beyond
        .map(|(limit, count, allowed)| {
            let objects = share.objects;
            let text = match limit {
                Limit::Deletes => format!("{count} of {objects} recorded objects are deleted or replaced"),
                Limit::Replacements => format!("{count} of {objects} recorded objects are replaced"),
                Limit::CutConnections if count == 1 => "1 live connection is cut".to_owned(),
                Limit::CutConnections => format!("{count} live connections are cut"),
            };
            // In the unit of the limit, or who reads would have to work it out.
            let share = match allowed {
                Bound::Percent(_) => format!(": {} %", percent(count, objects)),
                Bound::Count(_) | Bound::Off => String::new(),
            };
            Exceeded {
                limit,
                count,
                allowed,
                text: format!("{text}{share}, more than the limit `{limit}` of {allowed}"),
            }
        })
        .collect()
}

/// So many of a hundred, rounded up: what is beyond a limit does not read as if it kept to it.
fn percent(count: u64, of: u64) -> u128 {
    (u128::from(count) * 100).div_ceil(u128::from(of.max(1)))
}

#[cfg(test)]
mod tests {
    use super::super::Share;
    use super::*;

    fn names(limits: &Limits, mode: PlanMode, objects: u64, deleted: u64, replaced: u64) -> Vec<Limit> {
        let risk = Risk { share: Share { objects, deleted, replaced }, ..Risk::default() };
        exceeded(limits, mode, &risk).into_iter().map(|e| e.limit).collect()
    }

    #[test]
    fn without_a_word_more_than_thirty_of_a_hundred_is_too_much() {
        let usual = Limits::default();
        assert_eq!(names(&usual, PlanMode::Normal, 10, 3, 0), []);
        assert_eq!(names(&usual, PlanMode::Normal, 10, 3, 1), [Limit::Deletes]);
        assert_eq!(names(&usual, PlanMode::Normal, 9, 9, 0), [], "a small stack");
        assert_eq!(names(&usual, PlanMode::Destroy, 100, 100, 0), [], "destroy says so itself");
    }

    #[test]
    fn what_the_author_writes_holds_always() {
        let strict =
            Limits { deletes: Some(Bound::Count(0)), replacements: Bound::Percent(50), ..Limits::default() };
        assert_eq!(names(&strict, PlanMode::Destroy, 1, 1, 0), [Limit::Deletes]);
        assert_eq!(names(&strict, PlanMode::Normal, 10, 0, 6), [Limit::Deletes, Limit::Replacements]);
        let off = Limits { deletes: Some(Bound::Off), ..Limits::default() };
        assert_eq!(names(&off, PlanMode::Normal, 100, 100, 0), []);
    }
}
