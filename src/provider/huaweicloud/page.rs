//! Listings by pages (VPCEP API reference, section 3.1): all rows, each once, however the list
//! moves meanwhile.

use std::future::Future;
use std::hash::{DefaultHasher, Hash, Hasher};

use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde::Deserialize;

use super::session::parse;
use crate::provider::{Class, ReadFault};
use crate::resource::{Fault, Object};

/// How often a list that moves while it is read is read again.
const ROUNDS: usize = 3;

/// Pages in flight at once, for one listing.
const AHEAD: usize = 4;

/// A list that is longer than this many pages, or rows, is not believed.
const MOST_PAGES: usize = 2_000;
/// See `MOST_PAGES`.
const MOST_ROWS: usize = 1_000_000;

/// One row of a listing.
pub(super) trait Row {
    /// The row's id, as the engine names the object.
    fn id(&self) -> Option<std::borrow::Cow<'_, str>>;
    /// The object it tells of.
    fn object(self) -> Option<Object>;
}

/// What a page came to: only wanted rows are built.
#[derive(Debug, Default)]
pub(super) struct Page {
    rows: usize,
    total: Option<usize>,
    /// A mark for each row, wanted or not, to see rows twice.
    marks: Vec<u64>,
    kept: Vec<Object>,
}

#[derive(Deserialize)]
struct Wire<R> {
    #[serde(alias = "endpoint_services", alias = "endpoints", alias = "connections", alias = "permissions")]
    rows: Option<Vec<R>>,
    #[serde(default, deserialize_with = "super::lenient::whole")]
    total_count: Option<i64>,
}

/// Reads one page.
pub(super) fn read<'a, R: Row + Deserialize<'a>>(
    body: &'a [u8],
    keep: &(dyn Fn(&str) -> bool + Sync),
) -> Result<Page, ReadFault> {
    let wire: Wire<R> = parse(body)?;
    let total = wire.total_count.and_then(|total| usize::try_from(total).ok());
    let unreadable = |what: &str| ReadFault {
        class: Class::Transport,
        fault: Fault::message(format!("the answer could not be read: {what}")),
    };
    let rows = match (wire.rows, total) {
        (Some(rows), _) => rows,
        (None, Some(0)) => Vec::new(),
        (None, _) => return Err(unreadable("the list is missing")),
    };
    let mut page = Page { rows: rows.len(), total, ..Page::default() };
    for row in rows {
        let (mark, wanted) = {
            let id = row.id().ok_or_else(|| unreadable("a row has no id"))?;
            let mut hasher = DefaultHasher::new();
            id.hash(&mut hasher);
            (hasher.finish(), keep(&id))
        };
        page.marks.push(mark);
        if wanted {
            page.kept.push(row.object().ok_or_else(|| unreadable("a row has no id"))?);
        }
    }
    Ok(page)
}

/// All rows: `fetch` gets one page from an offset on.
pub(super) async fn all<F, Fut>(fetch: F) -> Result<Vec<Object>, ReadFault>
where
    F: Fn(usize) -> Fut,
    Fut: Future<Output = Result<Page, ReadFault>>,
{
    let mut round = 0;
    loop {
        round += 1;
        // The first reading asks for several pages at once, the others step by what came.
        let pages = one_round(&fetch, round == 1).await?;
        let total = pages[0].total;
        let mut marks: Vec<u64> = pages.iter().flat_map(|page| page.marks.iter().copied()).collect();
        marks.sort_unstable();
        marks.dedup();
        let steady =
            pages.iter().all(|page| page.total == total) && total.is_none_or(|total| total == marks.len());
        if steady || round == ROUNDS {
            let mut kept: Vec<Object> = pages.into_iter().flat_map(|page| page.kept).collect();
            // A row may have moved over the border of two pages.
            kept.sort_by(|a, b| a.id.cmp(&b.id));
            kept.dedup_by(|a, b| a.id == b.id);
            return Ok(kept);
        }
    }
}

async fn one_round<F, Fut>(fetch: &F, at_once: bool) -> Result<Vec<Page>, ReadFault>
where
    F: Fn(usize) -> Fut,
    Fut: Future<Output = Result<Page, ReadFault>>,
{
    let first = fetch(0).await?;
    let step = first.rows;
    if first.total.is_some_and(|total| total > MOST_ROWS) {
        return Err(endless());
    }
    let mut pages = vec![first];
    match pages[0].total {
        Some(total) if step >= total => return Ok(pages),
        Some(total) if at_once && step > 0 && total / step < MOST_PAGES => {
            let offsets = (1..).map(|n| n * step).take_while(move |offset| *offset < total);
            let mut rest = stream::iter(offsets).map(fetch).buffered(AHEAD);
            while let Some(page) = rest.try_next().await? {
                pages.push(page);
            }
            return Ok(pages);
        }
        _ => {}
    }
    let mut offset = step;
    while pages.last().is_some_and(|page| page.rows > 0) && pages.len() < MOST_PAGES && offset < MOST_ROWS {
        if pages[pages.len() - 1].total.is_some_and(|total| offset >= total) {
            break;
        }
        let page = fetch(offset).await?;
        offset += page.rows;
        pages.push(page);
    }
    let ends = |page: &Page| page.rows == 0 || page.total.is_some_and(|total| offset >= total);
    if pages.last().is_some_and(ends) { Ok(pages) } else { Err(endless()) }
}

fn endless() -> ReadFault {
    let message = format!(
        "the listing does not end: more than {MOST_PAGES} pages or {MOST_ROWS} rows are not believed"
    );
    ReadFault { class: Class::Transport, fault: Fault::message(message) }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::resource::Attributes;

    /// A page of the numbers in `list`, at most `cap` of them.
    fn page(list: &[u64], offset: usize, cap: usize, total: Option<usize>) -> Page {
        let rows: Vec<u64> = list.iter().copied().skip(offset).take(cap).collect();
        let kept = rows.iter().map(|n| Object::new(format!("{n:05}"), Attributes::new()));
        Page { rows: rows.len(), total, kept: kept.collect(), marks: rows }
    }

    fn ids(objects: &[Object]) -> Vec<u64> {
        objects.iter().map(|object| object.id.parse().unwrap()).collect()
    }

    #[tokio::test]
    async fn every_row_of_any_number_of_pages() {
        for (count, cap, pages) in [(0, 10, 1), (10, 10, 1), (11, 10, 2), (2500, 1000, 3), (2500, 500, 5)] {
            let list: Vec<u64> = (0..count).collect();
            for total in [Some(list.len()), None] {
                let asked = Mutex::new(0);
                let found = all(|offset| {
                    *asked.lock().unwrap() += 1;
                    let page = page(&list, offset, cap, total);
                    async move { Ok(page) }
                });
                assert_eq!(ids(&found.await.unwrap()), list);
                // Without a total the empty page has to be seen.
                let more = usize::from(total.is_none() && count > 0);
                assert_eq!(*asked.lock().unwrap(), pages + more, "{count} {total:?}");
            }
        }
    }

    #[tokio::test]
    async fn a_list_that_moves_is_read_again() {
        // Between the first page and the second the first row is deleted: one row slips by.
        let asked = Mutex::new(0);
        let found = all(|offset| {
            let mut asked = asked.lock().unwrap();
            *asked += 1;
            let list: Vec<u64> = (if *asked == 1 { 0 } else { 1 }..25).collect();
            let page = page(&list, offset, 10, Some(list.len()));
            async move { Ok(page) }
        });
        assert_eq!(ids(&found.await.unwrap()), (1..25).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn a_total_that_never_fits_is_given_up() {
        let asked = Mutex::new(0);
        let found = all(|offset| {
            *asked.lock().unwrap() += 1;
            let page = page(&[1, 2, 3], offset, 10, Some(7));
            async move { Ok(page) }
        });
        assert_eq!(ids(&found.await.unwrap()), [1, 2, 3]);
        assert!(*asked.lock().unwrap() < 15);
    }

    #[tokio::test]
    async fn a_listing_that_never_ends_is_refused() {
        for (rows, total, requests) in
            [(10, None, MOST_PAGES), (10_000, None, 100), (10, Some(usize::MAX), 1)]
        {
            let asked = Mutex::new(0);
            let found = all(|offset| {
                *asked.lock().unwrap() += 1;
                let marks: Vec<u64> = (offset as u64..).take(rows).collect();
                let page = Page { rows, total, kept: Vec::new(), marks };
                async move { Ok(page) }
            });
            let fault = found.await.expect_err("it never ends");
            assert!(fault.to_string().contains("does not end"), "{fault}");
            assert_eq!(*asked.lock().unwrap(), requests);
        }
    }

    #[tokio::test]
    async fn a_failed_page_fails_the_listing() {
        let found = all(|offset| {
            let list: Vec<u64> = (0..25).collect();
            let page = page(&list, offset, 10, Some(25));
            let fault = ReadFault { class: Class::Internal, fault: Fault::message("no") };
            async move { if offset == 20 { Err(fault) } else { Ok(page) } }
        });
        assert!(found.await.is_err());
    }
}
