//! What goes wrong, and when: rules that decide, from a seed and their own counts, what befalls a call. Pure.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::objects::ResourceError;
use super::text::glob;

/// The rules, as a faults file holds them: `rules: [...]`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRules {
    /// Every rule that fits a call is asked; the effects of all that fire come together.
    pub rules: Vec<Rule>,
}

impl FaultRules {
    /// Reads a faults file (YAML, of which JSON is a part).
    pub fn from_yaml(text: &str) -> Result<FaultRules, String> {
        serde_yaml::from_str(text).map_err(|error| format!("not a list of fault rules: {error}"))
    }
}

/// One rule: which calls it is about, which of them it strikes, and what it does to them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rule {
    /// Operation name, with `*`: `create_endpoint`, `list_*`; nothing: every operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Name of the calling account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Only the nth fitting call (from 1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nth: Option<u64>,
    /// Each nth fitting call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<u64>,
    /// Not the first so many fitting calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
    /// At most so many times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// By chance, 0 to 1, drawn from the seed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// More calls than this are refused (with `error`, or `EndPoint.0022`); the rest pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,

    /// The answer comes later: `200ms`, or drawn from `10ms..2s`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency: Option<Span>,
    /// Answer this instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorAnswer>,
    /// Do it, then cut the connection without an answer.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub lose_answer: bool,
    /// Cut the connection before anything is done.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
    /// Do it, then cut the connection after so many bytes of the answer's body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut_at: Option<usize>,
    /// Repeat the last answer to the same question, if it is not older than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stale: Option<SignedDuration>,
    /// Reads do not see objects that are younger than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hide: Option<SignedDuration>,
    /// What the call begins (creation, deletion, acceptance) takes this much longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slow: Option<SignedDuration>,
    /// What the call creates ends in `failed`, with this error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail: Option<ResourceError>,
    /// The account's tokens end now.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub expire_tokens: bool,
}

/// A limit on calls of one account.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Calls a second in the long run.
    pub per_second: f64,
    /// Calls at once.
    #[serde(default = "one")]
    pub burst: f64,
}

fn one() -> f64 {
    1.0
}

/// A refusal.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ErrorAnswer {
    /// HTTP status; nothing: that of the code, or 500.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// `EndPoint.0022` and the like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Text; nothing: that of the code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Body shape.
    pub shape: Shape,
    /// Seconds for a `Retry-After` header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// The call is done all the same; only its answer is this.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub done: bool,
}

/// Shapes of an error body (VPCEP API reference, section 7.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// As the settings say.
    #[default]
    Own,
    /// `{"error_code", "error_msg"}`
    Flat,
    /// `{"error": {"code", "message"}}`
    Nested,
    /// `{"error_code", "error_msg", "request_id"}`
    Gateway,
    /// `{"error": {"code": 503, "message", "title"}}`
    Iam,
    /// A page.
    Html,
    /// A line.
    Plain,
    /// Nothing.
    Empty,
    /// Success with `Result: false` (Alibaba Cloud's Elasticsearch).
    ResultFalse,
    /// `{"requestId", "code", "message"}` (Alibaba Cloud).
    Lower,
    /// `<Error>` (Alibaba Cloud's gateway).
    Xml,
}

/// A duration, or a range that one is drawn from: `200ms`, `10ms..2s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span {
    from: SignedDuration,
    to: SignedDuration,
}

impl TryFrom<String> for Span {
    type Error = String;

    fn try_from(text: String) -> Result<Span, String> {
        let (from, to) = text.split_once("..").unwrap_or((&text, &text));
        let read =
            |part: &str| part.trim().parse::<SignedDuration>().map_err(|error| format!("`{part}`: {error}"));
        let span = Span { from: read(from)?, to: read(to)? };
        if span.from > span.to || span.from.is_negative() {
            Err(format!("`{text}` is no range"))
        } else {
            Ok(span)
        }
    }
}

impl From<Span> for String {
    fn from(span: Span) -> String {
        if span.from == span.to {
            format!("{:#}", span.from)
        } else {
            format!("{:#}..{:#}", span.from, span.to)
        }
    }
}

/// What befalls one call.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Effects {
    pub(crate) latency: SignedDuration,
    pub(crate) error: Option<ErrorAnswer>,
    pub(crate) lose_answer: bool,
    pub(crate) cut: bool,
    pub(crate) cut_at: Option<usize>,
    pub(crate) stale: Option<SignedDuration>,
    pub(crate) hide: SignedDuration,
    pub(crate) slow: SignedDuration,
    pub(crate) fail: Option<ResourceError>,
    pub(crate) expire_tokens: bool,
}

/// What a fault has in store for an object that a call makes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fate {
    /// Takes this much longer.
    pub(crate) slower: SignedDuration,
    /// Ends in `failed`, saying so.
    pub(crate) fails: Option<ResourceError>,
    /// What is younger than this is not seen yet.
    pub(crate) hide_younger: SignedDuration,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    fitting: u64,
    fired: u64,
}

/// Rules and what they have seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Faults {
    rules: Vec<Rule>,
    tallies: Vec<Tally>,
    /// Calls left to (rule, account), and when that was counted.
    buckets: BTreeMap<(usize, String), (f64, Timestamp)>,
    seed: u64,
}

impl Faults {
    pub(crate) fn new(rules: FaultRules, seed: u64) -> Faults {
        let tallies = vec![Tally::default(); rules.rules.len()];
        Faults { rules: rules.rules, tallies, buckets: BTreeMap::new(), seed }
    }

    pub(crate) fn rules(&self) -> FaultRules {
        FaultRules { rules: self.rules.clone() }
    }

    /// How often each rule has struck.
    pub(crate) fn struck(&self) -> Vec<u64> {
        self.tallies.iter().map(|tally| tally.fired).collect()
    }

    /// Whether answers must be kept for `stale`.
    pub(crate) fn keeps_answers(&self) -> bool {
        self.rules.iter().any(|rule| rule.stale.is_some())
    }

    /// What befalls this call.
    pub(crate) fn decide(&mut self, operation: &str, account: Option<&str>, now: Timestamp) -> Effects {
        let mut effects = Effects::default();
        for place in 0..self.rules.len() {
            let rule = &self.rules[place];
            let operation_fits = rule.operation.as_deref().is_none_or(|pattern| glob(pattern, operation));
            let account_fits = rule.account.as_deref().is_none_or(|wanted| account == Some(wanted));
            if !operation_fits || !account_fits {
                continue;
            }
            self.tallies[place].fitting += 1;
            if self.strikes(place) && self.over_rate(place, account, now) {
                self.tallies[place].fired += 1;
                self.add(place, &mut effects);
            }
        }
        effects
    }

    fn strikes(&self, place: usize) -> bool {
        let (rule, tally) = (&self.rules[place], self.tallies[place]);
        rule.nth.is_none_or(|nth| tally.fitting == nth)
            && rule.every.is_none_or(|every| every > 0 && tally.fitting % every == 0)
            && rule.after.is_none_or(|after| tally.fitting > after)
            && rule.count.is_none_or(|count| tally.fired < count)
            && rule.probability.is_none_or(|chance| self.draw(place, 0) < chance)
    }

    /// A number in 0..1 that depends on the seed, the rule and how often it was asked, and on nothing else.
    fn draw(&self, place: usize, salt: u64) -> f64 {
        let asked = self.tallies[place].fitting;
        let word = mix(mix(self.seed ^ salt) ^ mix((place as u64) << 32 ^ asked));
        (word >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A rule without a rate strikes whatever else it says; one with a rate only what is beyond it.
    fn over_rate(&mut self, place: usize, account: Option<&str>, now: Timestamp) -> bool {
        let Some(rate) = self.rules[place].rate else { return true };
        let key = (place, account.unwrap_or_default().to_owned());
        let (left, since) = self.buckets.entry(key).or_insert((rate.burst, now));
        let passed = now.duration_since(*since).as_secs_f64().max(0.0);
        *left = (*left + passed * rate.per_second).min(rate.burst);
        *since = now;
        if *left >= 1.0 {
            *left -= 1.0;
            return false;
        }
        true
    }

    fn add(&self, place: usize, effects: &mut Effects) {
        let rule = &self.rules[place];
        if let Some(span) = rule.latency {
            let width = (span.to - span.from).as_secs_f64();
            let drawn = SignedDuration::try_from_secs_f64(width * self.draw(place, 1)).unwrap_or_default();
            effects.latency += span.from + drawn;
        }
        if rule.rate.is_some() && rule.error.is_none() {
            let code = Some("EndPoint.0022".to_owned());
            effects.error = Some(ErrorAnswer { code, ..ErrorAnswer::default() });
        }
        effects.error = rule.error.clone().or(effects.error.take());
        effects.lose_answer |= rule.lose_answer;
        effects.cut |= rule.cut;
        effects.cut_at = rule.cut_at.or(effects.cut_at);
        effects.stale = rule.stale.or(effects.stale);
        effects.hide = effects.hide.max(rule.hide.unwrap_or_default());
        effects.slow += rule.slow.unwrap_or_default();
        effects.fail = rule.fail.clone().or(effects.fail.take());
        effects.expire_tokens |= rule.expire_tokens;
    }
}

/// splitmix64: every bit of the result depends on every bit of the word.
pub(crate) fn mix(word: u64) -> u64 {
    let mut word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_735_787_045_000 + ms).unwrap()
    }

    /// Which of ten calls of an operation by `shop` are cut.
    fn cuts(rule: &str, seed: u64) -> Vec<usize> {
        let rules = FaultRules::from_yaml(&format!("rules: [{{ {rule} }}]")).unwrap();
        let mut faults = Faults::new(rules, seed);
        (1..=10).filter(|_| faults.decide("create_endpoint", Some("shop"), at(0)).cut).collect()
    }

    #[test]
    fn which_calls_a_rule_strikes() {
        let rows: [(&str, &[usize]); 9] = [
            ("cut: true, count: 2", &[1, 2]),
            ("cut: true, nth: 3", &[3]),
            ("cut: true, every: 4", &[4, 8]),
            ("cut: true, after: 8", &[9, 10]),
            ("cut: true, operation: 'create_*', nth: 1", &[1]),
            ("cut: true, operation: list_endpoints", &[]),
            ("cut: true, account: owner", &[]),
            ("cut: true, account: shop, every: 2, after: 5, count: 2", &[6, 8]),
            ("cut: true, probability: 0.0", &[]),
        ];
        for (rule, struck) in rows {
            assert_eq!(cuts(rule, 7), struck, "{rule}");
        }
    }

    #[test]
    fn chance_comes_from_the_seed() {
        let rule = "cut: true, probability: 0.5";
        assert_eq!(cuts(rule, 7), cuts(rule, 7));
        assert_ne!(cuts(rule, 7), cuts(rule, 8));
        let struck: usize = (0..200).map(|seed| cuts(rule, seed).len()).sum();
        assert!((800..1200).contains(&struck), "{struck} of 2000");
    }

    #[test]
    fn other_calls_do_not_shift_the_draw() {
        let rules =
            || FaultRules::from_yaml("rules: [{ operation: a, cut: true, probability: 0.5 }]").unwrap();
        let (mut alone, mut mixed) = (Faults::new(rules(), 7), Faults::new(rules(), 7));
        for _ in 0..50 {
            mixed.decide("b", None, at(0));
            assert_eq!(alone.decide("a", None, at(0)), mixed.decide("a", None, at(0)));
        }
    }

    #[test]
    fn a_rate_lets_a_burst_through_and_recovers() {
        let rules = FaultRules::from_yaml("rules: [{ rate: { per_second: 2, burst: 3 } }]").unwrap();
        let mut faults = Faults::new(rules, 0);
        let mut refused = |ms| faults.decide("get_service", Some("shop"), at(ms)).error.is_some();
        assert_eq!([0, 0, 0, 0, 100].map(&mut refused), [false, false, false, true, true]);
        assert_eq!([600, 600, 1100].map(&mut refused), [false, true, false]);
    }

    #[test]
    fn latency_is_drawn_from_its_range() {
        let rules = FaultRules::from_yaml("rules: [{ latency: 10ms..2s }]").unwrap();
        let mut faults = Faults::new(rules, 3);
        let drawn: Vec<_> = (0..100).map(|_| faults.decide("x", None, at(0)).latency.as_millis()).collect();
        assert!(drawn.iter().all(|ms| (10..=2000).contains(ms)), "{drawn:?}");
        assert!(drawn.iter().max() > drawn.iter().min());
        assert!(FaultRules::from_yaml("rules: [{ latency: 2s..10ms }]").is_err());
        assert!(FaultRules::from_yaml("rules: [{ latensy: 2s }]").is_err());
    }
}
