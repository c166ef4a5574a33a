//! Requests as the two styles of the API write them: real paths with JSON bodies (ROA), or one path
//! with flat parameters (RPC) (Elasticsearch and PrivateLink API reference, sections 2 and 8.1).

use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value as Json};
use tokio::time::Instant;

use crate::provider::Call;

/// Everything except `A–Z a–z 0–9 - _ . ~` is encoded, in paths, names and values (section 3.2).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Encodes a part of a path or query.
pub(super) fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// A product: its API has a host, a version and a style of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Product {
    Elasticsearch,
    PrivateLink,
    Sts,
}

impl Product {
    /// The product of an operation's name, as the cloud's own rights spell it:
    /// `privatelink:CreateVpcEndpoint`. Two products have operations of one name.
    fn of(operation: &str) -> Option<(Product, &str)> {
        let (product, action) = operation.split_once(':')?;
        let product = match product {
            "elasticsearch" => Product::Elasticsearch,
            "privatelink" => Product::PrivateLink,
            "sts" => Product::Sts,
            _ => return None,
        };
        Some((product, action))
    }

    pub(super) fn version(self) -> &'static str {
        match self {
            Product::Elasticsearch => "2017-06-13",
            Product::PrivateLink => "2020-04-15",
            Product::Sts => "2015-04-01",
        }
    }
}

/// Parameters by name.
pub(super) type Pairs = Vec<(String, String)>;

/// One request, before it is signed. Each attempt is signed anew.
pub(super) struct Ask<'a> {
    pub(super) operation: &'a str,
    pub(super) product: Product,
    pub(super) action: &'a str,
    pub(super) method: Method,
    pub(super) path: &'a str,
    pub(super) query: Pairs,
    /// The JSON body's text.
    pub(super) body: Option<String>,
    /// It must leave by then, or not at all.
    pub(super) leave_by: Option<Instant>,
}

impl<'a> Ask<'a> {
    /// An RPC request.
    ///
    /// # Panics
    /// If no product has the operation: a mistake of ours.
    pub(super) fn rpc(operation: &'a str, query: Pairs) -> Ask<'a> {
        Ask { method: Method::POST, ..Ask::get(operation, "/", query) }
    }

    /// A reading ROA request.
    ///
    /// # Panics
    /// If no product has the operation: a mistake of ours.
    pub(super) fn get(operation: &'a str, path: &'a str, query: Pairs) -> Ask<'a> {
        let (product, action) =
            Product::of(operation).unwrap_or_else(|| panic!("{operation} is of no product: please report"));
        let method = Method::GET;
        Ask { operation, product, action, method, path, query, body: None, leave_by: None }
    }

    /// The request of a call as the journal keeps it; none if it is none of ours.
    pub(super) fn of_call(call: &'a Call) -> Option<Ask<'a>> {
        Product::of(&call.operation)?;
        let mut ask = Ask::get(&call.operation, &call.path, Pairs::new());
        ask.method = call.method.parse().ok()?;
        let token = call.client_token.iter().map(|token| ("ClientToken".to_owned(), token.clone()));
        match (ask.product, &call.body) {
            (Product::Elasticsearch, body) => ask.body = body.as_ref().map(Json::to_string),
            (_, Some(Json::Object(parameters))) => ask.query = pairs(parameters),
            (_, _) => {}
        }
        ask.query.extend(token);
        Some(ask)
    }
}

fn pairs(parameters: &Map<String, Json>) -> Pairs {
    let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    parameters.iter().map(|(name, value)| (name.clone(), text(value))).collect()
}

/// A query as it stands in the address and in the signature: in the order of names as bytes, so
/// `Resource.10` comes before `Resource.2` (section 3.2).
pub(super) fn canonical_query(pairs: &[(String, String)]) -> String {
    let mut sorted: Vec<(String, String)> =
        pairs.iter().map(|(name, value)| (encode(name), encode(value))).collect();
    sorted.sort();
    sorted.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}
