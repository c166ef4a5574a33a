//! Limits that are checked before anything is sent (VPCEP API reference, section 8). Where the
//! editions disagree the narrower one is taken, so that what passes here passes everywhere.

use super::super::tags::MARK;
use crate::resource::{AttributeSchema, Check, Compare, Type, Usual};

/// Ten tags are what every edition takes (trap 19).
pub(super) const USUAL_TAGS: Usual = Usual { attribute: "tags", most: 10, code: "EndPoint.3069" };

/// Free text: the API refuses angle brackets; 128 characters is what every edition takes.
pub(super) fn description() -> [Check; 2] {
    [Check::MaxLength(128), no_brackets()]
}

/// Free text without angle brackets.
pub(super) fn no_brackets() -> Check {
    Check::Pattern("[^<>]*", "any text without `<` and `>`")
}

/// Tags, managed as a whole: keys of 1 to 36 and values of up to 43 characters, at most 20.
/// Letters, digits, blanks inside, and `_ . : + - @` are what all editions take.
pub(super) fn tags() -> AttributeSchema {
    let key = "[\\p{L}\\p{N}_.:+@-]([\\p{L}\\p{N}_.:+@ -]*[\\p{L}\\p{N}_.:+@-])?";
    let value = "([\\p{L}\\p{N}_.:+@-]([\\p{L}\\p{N}_.:+@ -]*[\\p{L}\\p{N}_.:+@-])?)?";
    let allowed = "letters, digits and `_ . : + - @`, blanks only inside";
    AttributeSchema::optional("tags", Type::map(Type::String), "Tags. Omitted: left alone; `{}`: none.")
        .compared(Compare::Map)
        .check(Check::Items(0, 20))
        .check(Check::Keys(Box::new(Check::MaxLength(36))))
        .check(Check::Keys(Box::new(Check::Pattern(key, allowed))))
        .check(Check::Keys(Box::new(Check::Not(MARK, "it is what `mark: true` of a provider block sets"))))
        .check(Check::Each(Box::new(Check::MaxLength(43))))
        .check(Check::Each(Box::new(Check::Pattern(value, allowed))))
}
