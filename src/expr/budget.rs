//! The work budget: what one evaluation, and all of one configuration, may cost.

use std::sync::atomic::{AtomicU64, Ordering};

/// Steps of one evaluation. A step is a node of the tree, an element, or 16 bytes of text.
const ONE: u64 = 1_000_000;
/// Steps of all evaluations of one configuration.
const ALL: u64 = 100_000_000;
/// Texts longer than this are refused.
pub(crate) const LONGEST_TEXT: usize = 8 << 20;

/// What all evaluations of a configuration have cost so far.
#[derive(Debug, Default)]
pub struct Account(AtomicU64);

/// The budget of one evaluation.
#[derive(Debug)]
pub(crate) struct Budget<'a> {
    left: u64,
    /// Whether something was refused: a fault of a function is then one of the budget.
    pub(crate) exhausted: bool,
    account: &'a Account,
}

/// The budget is used up.
#[derive(Debug)]
pub(crate) struct Exhausted(pub(crate) &'static str);

impl Account {
    pub(crate) fn budget(&self) -> Budget<'_> {
        Budget { left: ONE, exhausted: false, account: self }
    }
}

impl Budget<'_> {
    /// Takes steps from the budget.
    pub(crate) fn take(&mut self, steps: usize) -> Result<(), Exhausted> {
        match self.left.checked_sub(steps as u64) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                self.exhausted = true;
                Err(Exhausted("this expression needs too much work (over a million steps)"))
            }
        }
    }

    /// Takes the making of a text from the budget.
    pub(crate) fn text(&mut self, bytes: usize) -> Result<(), Exhausted> {
        if bytes > LONGEST_TEXT {
            self.exhausted = true;
            return Err(Exhausted("this makes a text of more than 8 MB"));
        }
        self.take(1 + bytes / 16)
    }

    /// Whether all evaluations together are still within bounds.
    pub(crate) fn settle(&mut self) -> Result<(), Exhausted> {
        let used = ONE - self.left;
        let before = self.account.0.fetch_add(used, Ordering::Relaxed);
        if before + used > ALL {
            return Err(Exhausted("all expressions together need too much work (over 100 million steps)"));
        }
        Ok(())
    }
}
