//! JUnit's XML, as schedulers of CI jobs read it.

use std::time::Duration;

use maud::{PreEscaped, html};

use crate::review::clean;

/// One case.
pub(super) struct Case {
    /// What it belongs to.
    pub(super) class: String,
    /// Its name.
    pub(super) name: String,
    /// How long it took.
    pub(super) took: Duration,
    /// Why it failed.
    pub(super) failure: Option<String>,
}

/// A suite as a document.
pub(super) fn document(suite: &str, took: Duration, cases: &[Case]) -> String {
    let seconds = |span: Duration| format!("{:.3}", span.as_secs_f64());
    let failures = cases.iter().filter(|case| case.failure.is_some()).count();
    let body = html! {
        testsuites tests=(cases.len()) failures=(failures) time=(seconds(took)) {
            testsuite name=(clean(suite)) tests=(cases.len()) failures=(failures) errors="0" time=(seconds(took)) {
                @for case in cases {
                    (PreEscaped("\n  "))
                    testcase classname=(clean(&case.class)) name=(clean(&case.name)) time=(seconds(case.took)) {
                        @if let Some(why) = &case.failure {
                            failure message=(clean(why)) { (clean(why)) }
                        }
                    }
                }
                (PreEscaped("\n"))
            }
        }
    };
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n", body.into_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_case_says_cannot_break_out_of_its_place() {
        let case = |failure: Option<&str>| Case {
            class: "vpcep_service".into(),
            name: "vpcep_service.a[\"<b>\"]".into(),
            took: Duration::from_millis(1500),
            failure: failure.map(str::to_owned),
        };
        let cases = [case(None), case(Some("a \"<&>\" b\u{7}"))];
        insta::assert_snapshot!(document("drill x", Duration::from_secs(90), &cases), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites tests="2" failures="1" time="90.000"><testsuite name="drill x" tests="2" failures="1" errors="0" time="90.000">
          <testcase classname="vpcep_service" name="vpcep_service.a[&quot;&lt;b&gt;&quot;]" time="1.500"></testcase>
          <testcase classname="vpcep_service" name="vpcep_service.a[&quot;&lt;b&gt;&quot;]" time="1.500"><failure message="a &quot;&lt;&amp;&gt;&quot; b\u{7}">a &quot;&lt;&amp;&gt;&quot; b\u{7}</failure></testcase>
        </testsuite></testsuites>
        "#);
    }
}
