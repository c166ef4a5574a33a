//! Query parameters, and the paging, sorting and filtering that all lists share (VPCEP API reference, 3.1 and 3.2).

use percent_encoding::percent_decode_str;
use uuid::Uuid;

use super::errors::{Refusal, refuse};
use crate::sim::settings::{LimitZero, Settings};

/// The decoded pairs of a query string, in order.
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (decode(key), decode(value)))
        .collect()
}

/// The parameters of one request.
#[derive(Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn of(query: Option<&str>) -> Query {
        Query(query.map(pairs).unwrap_or_default())
    }

    /// A parameter's value, the first if there are several. An empty text is a value: where a number, an id or one of
    /// some words is wanted it is a wrong one, and a name filter lets everything through.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(key, _)| key.as_str())
    }

    /// An id given as a filter; malformed, it is refused with `code`.
    pub(crate) fn id(&self, name: &str, code: &str) -> Result<Option<Uuid>, Refusal> {
        self.get(name).map(|text| read_id(text).ok_or_else(|| refuse(code))).transpose()
    }
}

/// An id as VPCEP writes them: with dashes.
pub(crate) fn read_id(text: &str) -> Option<Uuid> {
    (text.len() == 36).then(|| Uuid::try_parse(text).ok()).flatten()
}

/// Which time a list is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortKey {
    Created,
    Updated,
}

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page {
    pub(crate) limit: usize,
    pub(crate) offset: usize,
    pub(crate) sort_key: SortKey,
    pub(crate) newest_first: bool,
}

impl Page {
    /// Reads `limit`, `offset`, `sort_key`, `sort_dir`.
    pub(crate) fn of(query: &Query, max: usize, settings: &Settings) -> Result<Page, Refusal> {
        let limit = match query.get("limit") {
            None => 10,
            Some(text) => match text.parse::<usize>() {
                Ok(0) if settings.limit_zero == LimitZero::Default => 10,
                Ok(limit) if limit <= max => limit,
                _ => return Err(refuse("0006")),
            },
        };
        let offset = match query.get("offset") {
            None => 0,
            Some(text) => text.parse::<u32>().map_err(|_| refuse("0010"))? as usize,
        };
        let sort_key = match query.get("sort_key") {
            None | Some("create_at" | "created_at") => SortKey::Created,
            Some("update_at" | "updated_at") => SortKey::Updated,
            Some(_) => return Err(refuse("0017")),
        };
        let newest_first = match query.get("sort_dir") {
            None | Some("desc") => true,
            Some("asc") => false,
            Some(_) => return Err(refuse("0018")),
        };
        Ok(Page { limit, offset, sort_key, newest_first })
    }

    /// The wanted part of an iterator that is sorted already, and how many there are in all.
    pub(crate) fn of_matching<T>(&self, matching: impl Iterator<Item = T>) -> (Vec<T>, usize) {
        let (mut taken, mut total) = (Vec::new(), 0);
        for item in matching {
            if total >= self.offset && taken.len() < self.limit {
                taken.push(item);
            }
            total += 1;
        }
        (taken, total)
    }
}

/// Case-insensitive substring (names), as the API's name filters want it.
pub(crate) fn contains(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}
