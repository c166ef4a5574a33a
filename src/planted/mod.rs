//! Known bugs, planted: at each place where one could be made, a test can make it, to show that the
//! simulation finds it.
//!
//! Without the feature `planted-bugs`, which no release has, [`is`] is `false` and nothing is left
//! of a seam. With it a bug is planted for the thread that asks for it, so that tests side by side
//! do not disturb each other.

/// A bug that somebody could make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bug {
    /// A call leaves before its beginning is on disk.
    IntentNotAwaited,
    /// The journal is written and not synced.
    JournalNotSynced,
    /// A journal goes on behind the torn end that a crash left.
    TornTailNotCut,
    /// The journal is removed before the snapshot that contains it is there.
    JournalDroppedFirst,
    /// A lock is taken from an owner who lives, and nobody looks whether theirs still holds.
    LockNotChecked,
    /// A creation is sent again when its answer does not come.
    CreateRepeated,
    /// A creation leaves however long ago it was begun.
    CreateLeavesLate,
    /// A lost answer is taken for a refusal.
    LostAnswerIsRefusal,
    /// What does not show yet is taken for not made.
    SettleIgnored,
    /// A listing that fails is taken for an empty one.
    FailedListingIsEmpty,
    /// A read that fails is taken for the object's absence.
    FailedReadIsAbsence,
    /// One object is taken for the answer to two creations.
    FoundTwice,
    /// What a replacement put aside is never deleted.
    DeposedForgotten,
    /// An endpoint does not wait for the whitelist of its service.
    KindOrderIgnored,
}

impl Bug {
    /// All of them.
    pub const ALL: [Bug; 14] = [
        Bug::IntentNotAwaited,
        Bug::JournalNotSynced,
        Bug::TornTailNotCut,
        Bug::JournalDroppedFirst,
        Bug::LockNotChecked,
        Bug::CreateRepeated,
        Bug::CreateLeavesLate,
        Bug::LostAnswerIsRefusal,
        Bug::SettleIgnored,
        Bug::FailedListingIsEmpty,
        Bug::FailedReadIsAbsence,
        Bug::FoundTwice,
        Bug::DeposedForgotten,
        Bug::KindOrderIgnored,
    ];
}

#[cfg(feature = "planted-bugs")]
thread_local! {
    static PLANTED: std::cell::Cell<Option<Bug>> = const { std::cell::Cell::new(None) };
}

/// Plants a bug for this thread, or takes it away.
#[cfg(feature = "planted-bugs")]
pub fn plant(bug: Option<Bug>) {
    PLANTED.set(bug);
}

/// Whether this bug is planted here.
#[cfg(feature = "planted-bugs")]
pub(crate) fn is(bug: Bug) -> bool {
    PLANTED.get() == Some(bug)
}

/// Whether this bug is planted here.
#[cfg(not(feature = "planted-bugs"))]
#[inline]
pub(crate) const fn is(_bug: Bug) -> bool {
    false
}
