//! An ordered set of objects by time that can be paged from any offset: insert, remove and seek touch one small
//! chunk, however large the set.

use jiff::Timestamp;
use uuid::Uuid;

/// What objects are sorted by: a time, and the id where times are equal (VPCEP API reference, section 3.2).
pub(crate) type Key = (Timestamp, Uuid);

const CHUNK: usize = 512;

/// Keys in ascending order, in chunks of at most [`CHUNK`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Ordered {
    chunks: Vec<Vec<Key>>,
    len: usize,
}

impl Ordered {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    fn chunk_of(&self, key: &Key) -> usize {
        self.chunks.partition_point(|chunk| chunk[0] <= *key).saturating_sub(1)
    }

    pub(crate) fn insert(&mut self, key: Key) {
        if self.chunks.is_empty() {
            self.chunks.push(vec![key]);
            self.len = 1;
            return;
        }
        let at = self.chunk_of(&key);
        let chunk = &mut self.chunks[at];
        if let Err(place) = chunk.binary_search(&key) {
            chunk.insert(place, key);
            self.len += 1;
            if chunk.len() > CHUNK {
                // Mostly keys arrive in order, so the left part stays full.
                let right = chunk.split_off(if place == CHUNK { CHUNK } else { CHUNK / 2 });
                self.chunks.insert(at + 1, right);
            }
        }
    }

    pub(crate) fn remove(&mut self, key: &Key) {
        if self.chunks.is_empty() {
            return;
        }
        let at = self.chunk_of(key);
        if let Ok(place) = self.chunks[at].binary_search(key) {
            self.chunks[at].remove(place);
            self.len -= 1;
            if self.chunks[at].is_empty() {
                self.chunks.remove(at);
            }
        }
    }

    /// Ids, oldest or newest first, from the one at `offset` on.
    pub(crate) fn from(&self, offset: usize, newest_first: bool) -> Box<dyn Iterator<Item = Uuid> + '_> {
        let mut skip = offset;
        if newest_first {
            let mut end = self.chunks.len();
            while end > 0 && self.chunks[end - 1].len() <= skip {
                skip -= self.chunks[end - 1].len();
                end -= 1;
            }
            Box::new(
                self.chunks[..end]
                    .iter()
                    .rev()
                    .flat_map(|chunk| chunk.iter().rev())
                    .skip(skip)
                    .map(|key| key.1),
            )
        } else {
            let mut start = 0;
            while start < self.chunks.len() && self.chunks[start].len() <= skip {
                skip -= self.chunks[start].len();
                start += 1;
            }
            Box::new(self.chunks[start..].iter().flatten().skip(skip).map(|key| key.1))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(second: i64) -> Key {
        (Timestamp::from_second(second).unwrap(), Uuid::from_u128(second.unsigned_abs().into()))
    }

    #[test]
    fn pages_agree_with_a_plain_sorted_list() {
        let mut ordered = Ordered::default();
        let mut plain = std::collections::BTreeSet::new();
        for step in 0..4000_i64 {
            let second = step * 7919 % 5003;
            ordered.insert(key(second));
            plain.insert(key(second));
            if step % 3 == 0 {
                let gone = step * 31 % 5003;
                ordered.remove(&key(gone));
                plain.remove(&key(gone));
            }
        }
        assert_eq!(ordered.len(), plain.len());
        for offset in [0, 1, 511, 512, 513, 1500, plain.len(), plain.len() + 9] {
            let ascending: Vec<Uuid> = ordered.from(offset, false).take(20).collect();
            let descending: Vec<Uuid> = ordered.from(offset, true).take(20).collect();
            assert_eq!(ascending, plain.iter().skip(offset).take(20).map(|key| key.1).collect::<Vec<_>>());
            assert_eq!(
                descending,
                plain.iter().rev().skip(offset).take(20).map(|key| key.1).collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn arrival_in_order_fills_chunks() {
        let mut ordered = Ordered::default();
        (0..10_000).for_each(|second| ordered.insert(key(second)));
        assert!(ordered.chunks.len() <= 10_000 / CHUNK + 1, "{} chunks", ordered.chunks.len());
    }
}
