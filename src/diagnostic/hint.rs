//! Near misses: the right name for a misspelt one.

/// The known name that the author most likely meant, if one is near enough.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    known
        .into_iter()
        .filter(|candidate| *candidate != name)
        .filter_map(|candidate| {
            let other = candidate.to_lowercase();
            let distance = strsim::osa_distance(&lower, &other);
            let longest = lower.chars().count().max(other.chars().count());
            let near = distance <= 1 + longest / 5 && distance < longest;
            let begins = lower.len() >= 3 && (other.starts_with(&lower) || lower.starts_with(&other));
            (near || begins).then_some((distance, candidate))
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// A hint for an unknown name: the near miss, or else all that is known where that is a short list.
pub fn known_names<'a>(name: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    if let Some(near) = nearest(name, known.clone()) {
        return format!("did you mean `{near}`?");
    }
    let all: Vec<&str> = known.into_iter().collect();
    match all.len() {
        0 => String::new(),
        1..=24 => format!("known here: {}", all.join(", ")),
        _ => format!("known here: {}, … ({} in all)", all[..20].join(", "), all.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_miss_is_offered_and_a_far_one_is_not() {
        let known = ["endpoint_service_id", "vpc_id", "port_id", "ports"];
        for (name, near) in [
            ("endpoint_servcie_id", Some("endpoint_service_id")),
            ("VPC_ID", Some("vpc_id")),
            ("prots", Some("ports")),
            ("port", Some("ports")),
            ("colour", None),
        ] {
            assert_eq!(nearest(name, known), near, "{name}");
        }
        assert_eq!(known_names("colour", known), "known here: endpoint_service_id, vpc_id, port_id, ports");
    }
}
