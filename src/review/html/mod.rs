//! The page: one file that holds all of a review, for people who were not at the keyboard.
//!
//! It loads nothing: style, script and drawing are in it, and its content security policy allows
//! exactly these, by their digests. Without the script everything is there to read; the script adds
//! search, filters, zoom and the way from one box to the next. Whatever comes from a plan is text:
//! maud escapes it, and nothing of it is ever script or style.

mod changes;
mod graph;
mod parts;
mod summary;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::model::Review;
use crate::plan::Plan;
use graph::Scene;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The page of a plan.
pub fn html(plan: &Plan, review: &Review) -> String {
    let scene = Scene::of(plan);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (summary::title(review)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a class="skip" href="#changes" { "Skip to the changes" }
                (summary::header(review))
                main {
                    (summary::counts(review))
                    (summary::sections(review))
                    (changes::drift(review))
                    (graph::section(&scene))
                    (changes::section(review, &scene))
                    (changes::outputs(review))
                }
                @if let Some(provenance) = &review.provenance {
                    footer { p { "Digest of the plan: " code { (provenance.digest) } } }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}

/// What the page may do: show itself.
fn policy() -> String {
    let digest = |text: &str| STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(SCRIPT)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_allows_its_own_script_and_nothing_else() {
        let plan = Plan { stack: "link".into(), ..Plan::default() };
        let page = html(&plan, &Review::kept(&plan));
        assert_eq!(page.matches("<script").count(), 1);
        assert!(page.contains("default-src &#39;none&#39;") || page.contains("default-src 'none'"), "{page}");
        assert!(!SCRIPT.contains("</") && !STYLE.contains("</"), "they cannot end their own element");
        assert!(
            !page.contains("http://")
                || page.matches("http://").count() == page.matches("http://www.w3.org/2000/svg").count()
        );
        assert!(!page.contains("https://"), "nothing is loaded");
        assert!(!SCRIPT.contains("innerHTML") && !SCRIPT.contains("eval("), "no text becomes markup");
    }
}
