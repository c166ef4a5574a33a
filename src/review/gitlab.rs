//! GitLab's Terraform report: the counts that it shows beside a merge request.

use serde_json::{Value as Json, json};

use super::model::Review;

/// The report. A replacement is a creation and a deletion, as the widget counts.
pub(super) fn gitlab_report(review: &Review) -> Json {
    let counts = review.counts;
    json!({
        "create": counts.create + counts.replace,
        "update": counts.update,
        "delete": counts.delete + counts.replace,
    })
}
