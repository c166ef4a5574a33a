//! Which plan a reader holds: its digest, the commit it was made from, and what apply does with it.

use super::show::clean;
use crate::plan::statement::short;
use crate::plan::{Plan, Source, planfile};

/// Which plan it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The digest that an approval binds to.
    pub digest: String,
    /// What it was made from.
    pub source: Source,
}

impl Provenance {
    /// The provenance of a plan that is kept.
    pub fn of(plan: &Plan) -> Provenance {
        Provenance { digest: planfile::digest(plan), source: plan.source.clone() }
    }

    /// All of it in a sentence or two.
    pub fn sentence(&self) -> String {
        let Source { commit, base } = &self.source;
        if !base.is_empty() {
            return format!(
                "Commit {} against {}, by the configuration alone: as if {} were in force. No cloud was asked, and apply takes no such plan.",
                commit_text(commit),
                commit_text(base),
                commit_text(base)
            );
        }
        let of = match commit.is_empty() {
            true => "made from files of no known commit, so nothing ties it to a pull request".to_owned(),
            false => format!("made from commit {}", commit_text(commit)),
        };
        format!(
            "Plan `{}`, {of}. Apply does exactly this plan, or refuses and says what moved since.",
            short(&self.digest)
        )
    }
}

/// A commit so that people can tell it from others, and what else was said of it.
fn commit_text(commit: &str) -> String {
    let (id, rest) = commit.split_once(' ').unwrap_or((commit, ""));
    let id = clean(&short(id));
    match rest {
        "" => format!("`{id}`"),
        "with changes" => {
            format!("`{id}` with changes that are not committed, so no pull request shows them")
        }
        other => format!("`{id}` {}", clean(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(commit: &str, base: &str) -> String {
        let source = Source { commit: commit.to_owned(), base: base.to_owned() };
        Provenance { digest: "ab".repeat(32), source }.sentence()
    }

    #[test]
    fn a_plan_says_which_one_it_is_and_what_it_was_made_from() {
        let one = "0123456789abcdef0123456789abcdef01234567";
        assert!(told(one, "").starts_with("Plan `abababababab`, made from commit `0123456789ab`. Apply"));
        assert!(
            told(&format!("{one} with changes"), "").contains(
                "`0123456789ab` with changes that are not committed, so no pull request shows them."
            )
        );
        assert!(told("", "").contains("files of no known commit"));
        let compared = told(one, &"cd".repeat(20));
        assert!(compared.starts_with("Commit `0123456789ab` against `cdcdcdcdcdcd`,"), "{compared}");
        assert!(compared.ends_with("apply takes no such plan."), "{compared}");
    }
}
