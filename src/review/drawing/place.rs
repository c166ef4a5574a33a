//! Coordinates: boxes beside what they are joined to, parts packed into a page.

use std::collections::BTreeMap;

use super::layers::Layers;

/// The size of a box.
pub(super) const WIDTH: i64 = 228;
pub(super) const HEIGHT: i64 = 46;
const GAP_X: i64 = 60;
const GAP_Y: i64 = 16;
/// How much room a point of a long edge takes.
const POINT: i64 = 14;
const MARGIN: i64 = 20;
/// How wide a page is to its height.
const ASPECT: f64 = 1.7;
/// So often boxes are drawn towards their neighbours.
const ROUNDS: usize = 6;

/// Where everything stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::review) struct Placed {
    /// The top left corner of each box.
    pub(in crate::review) boxes: Vec<(i64, i64)>,
    /// The points of each edge, from the right side of the first box to the left side of the
    /// waiting one; with the numbers of the two.
    pub(in crate::review) edges: Vec<(usize, usize, Vec<(i64, i64)>)>,
    /// The size of the page.
    pub(in crate::review) width: i64,
    /// See `width`.
    pub(in crate::review) height: i64,
}

/// Gives coordinates to layers.
pub(super) fn place(layers: &Layers) -> Placed {
    // The middle of each slot, within its part.
    let mut middle = vec![0i64; layers.slots.len()];
    let mut column = vec![0i64; layers.slots.len()];
    let mut sizes = Vec::with_capacity(layers.parts.len());
    for part in &layers.parts {
        let tall = align(part, layers, &mut middle);
        for (i, layer) in part.iter().enumerate() {
            for slot in layer {
                column[*slot] = i as i64 * (WIDTH + GAP_X);
            }
        }
        sizes.push((part.len() as i64 * (WIDTH + GAP_X) - GAP_X, tall));
    }
    let (corners, width, height) = pack(&sizes);
    let mut placed = Placed { boxes: vec![(0, 0); layers.count], edges: Vec::new(), width, height };
    let mut at = vec![(0i64, 0i64); layers.slots.len()];
    for (part, (x, y)) in layers.parts.iter().zip(&corners) {
        for slot in part.iter().flatten() {
            at[*slot] = (x + column[*slot], y + middle[*slot]);
            if let Some(node) = layers.slots[*slot].node {
                placed.boxes[node] = (at[*slot].0, at[*slot].1 - HEIGHT / 2);
            }
        }
    }
    for path in &layers.edges {
        let (Some(first), Some(last)) = (path.first(), path.last()) else { continue };
        let mut points = vec![(at[*first].0 + WIDTH, at[*first].1)];
        for slot in &path[1..path.len() - 1] {
            points.push(at[*slot]);
            points.push((at[*slot].0 + WIDTH, at[*slot].1));
        }
        points.push(at[*last]);
        if let (Some(a), Some(b)) = (layers.slots[*first].node, layers.slots[*last].node) {
            placed.edges.push((a, b, points));
        }
    }
    placed
}

/// Moves the slots of each layer towards the middle of their neighbours, in their order and without
/// overlap; gives the height.
fn align(part: &[Vec<usize>], layers: &Layers, middle: &mut [i64]) -> i64 {
    let room = |slot: usize| if layers.slots[slot].node.is_some() { HEIGHT + GAP_Y } else { POINT };
    for layer in part {
        let mut y = 0;
        for slot in layer {
            middle[*slot] = y + room(*slot) / 2;
            y += room(*slot);
        }
    }
    for round in 0..ROUNDS {
        let forth = round % 2 == 0;
        for i in 0..part.len() {
            let layer = &part[if forth { i } else { part.len() - 1 - i }];
            let wished: Vec<i64> = layer
                .iter()
                .map(|slot| {
                    let slot_data = &layers.slots[*slot];
                    let near = if forth { &slot_data.before } else { &slot_data.after };
                    if near.is_empty() {
                        return middle[*slot];
                    }
                    near.iter().map(|n| middle[*n]).sum::<i64>() / near.len() as i64
                })
                .collect();
            // The least distance of each slot's middle from the first one's.
            let mut least = vec![0i64; layer.len()];
            for k in 1..layer.len() {
                least[k] = least[k - 1] + (room(layer[k - 1]) + room(layer[k])) / 2;
            }
            let free: Vec<i64> = wished.iter().zip(&least).map(|(wish, least)| wish - least).collect();
            for (k, y) in rising(&free).into_iter().enumerate() {
                middle[layer[k]] = y + least[k];
            }
        }
    }
    let all = || part.iter().flatten().copied();
    let top = all().map(|slot| middle[slot] - HEIGHT / 2).min().unwrap_or(0);
    let bottom = all().map(|slot| middle[slot] + HEIGHT / 2).max().unwrap_or(0);
    for slot in all() {
        middle[slot] -= top;
    }
    bottom - top
}

/// The rising sequence nearest to one that may fall (pool adjacent violators).
fn rising(wished: &[i64]) -> Vec<i64> {
    let mut pools: Vec<(i64, i64)> = Vec::new();
    for wish in wished {
        let mut pool = (*wish, 1);
        while let Some((sum, count)) = pools.last().copied()
            && sum * pool.1 > pool.0 * count
        {
            pools.pop();
            pool = (sum + pool.0, count + pool.1);
        }
        pools.push(pool);
    }
    pools.into_iter().flat_map(|(sum, count)| vec![sum.div_euclid(count); count as usize]).collect()
}

/// The corner of each part, in columns of a page that is about as wide as a screen; and its size.
fn pack(sizes: &[(i64, i64)]) -> (Vec<(i64, i64)>, i64, i64) {
    let area: f64 = sizes.iter().map(|(w, h)| (w + GAP_X) as f64 * (h + 2 * GAP_Y) as f64).sum();
    let tallest = sizes.iter().map(|(_, h)| *h).max().unwrap_or(0);
    let page = ((area / ASPECT).sqrt() as i64).max(tallest);
    // Parts of one width share columns, the widest first.
    let mut by_width: BTreeMap<std::cmp::Reverse<i64>, Vec<usize>> = BTreeMap::new();
    for (i, (width, _)) in sizes.iter().enumerate() {
        by_width.entry(std::cmp::Reverse(*width)).or_default().push(i);
    }
    let mut corners = vec![(0, 0); sizes.len()];
    let (mut x, mut y, mut column_width, mut height) = (MARGIN, MARGIN, 0, 0);
    for (width, parts) in by_width {
        for part in parts {
            let tall = sizes[part].1;
            if y > MARGIN && y + tall > page + MARGIN {
                x += column_width + GAP_X;
                y = MARGIN;
                column_width = 0;
            }
            corners[part] = (x, y);
            column_width = column_width.max(width.0);
            y += tall + 2 * GAP_Y;
            height = height.max(corners[part].1 + tall);
        }
    }
    (corners, x + column_width + MARGIN, height.max(HEIGHT) + MARGIN)
}

#[cfg(test)]
mod tests {
    use super::super::layout;
    use super::*;

    #[test]
    fn no_two_boxes_overlap() {
        // A fan, chains beside it, and boxes of their own.
        let mut edges: Vec<(usize, usize)> = (1..40).map(|i| (0, i)).collect();
        edges.extend((1..40).map(|i| (i, i + 40)));
        edges.extend((80..120).filter(|i| i % 3 != 0).map(|i| (i, i + 1)));
        let placed = layout(130, &edges);
        for (i, a) in placed.boxes.iter().enumerate() {
            assert!(
                a.0 >= 0 && a.1 >= 0 && a.0 + WIDTH <= placed.width && a.1 + HEIGHT <= placed.height,
                "{a:?}"
            );
            for b in &placed.boxes[..i] {
                let apart = (a.0 - b.0).abs() >= WIDTH || (a.1 - b.1).abs() >= HEIGHT;
                assert!(apart, "{a:?} and {b:?}");
            }
        }
        for (first, waiting, _) in &placed.edges {
            assert!(placed.boxes[*first].0 < placed.boxes[*waiting].0, "from left to right");
        }
        assert_eq!(placed, layout(130, &edges));
    }

    #[test]
    fn many_parts_fill_a_page() {
        let edges: Vec<(usize, usize)> = (0..100).map(|i| (2 * i, 2 * i + 1)).collect();
        let placed = layout(200, &edges);
        let aspect = placed.width as f64 / placed.height as f64;
        assert!((1.0..3.0).contains(&aspect), "{} x {}", placed.width, placed.height);
    }

    #[test]
    fn rising_pools_what_falls() {
        assert_eq!(rising(&[5, 1, 3, 10]), [3, 3, 3, 10]);
        assert_eq!(rising(&[]), Vec::<i64>::new());
    }
}
