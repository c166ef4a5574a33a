//! A plan file: read as it is and with a seal that fits, written again, and shown in every form.

use landbridge::plan::planfile;
use landbridge::review::{Format, Look, Surroundings};

use super::seal;

pub(super) fn read(bytes: &[u8]) {
    for file in [Some(bytes.to_vec()), seal::plan_file(bytes)].into_iter().flatten() {
        let plan = match planfile::read(&file) {
            Ok(plan) => plan,
            Err(fault) => {
                assert!(!fault.to_string().is_empty());
                continue;
            }
        };
        let text = planfile::write(&plan);
        assert_eq!(planfile::read(text.as_bytes()).as_ref(), Ok(&plan), "a plan reads back");
        let around = Surroundings {
            look: Look { width: 60, colour: true },
            link: Some("https://ci.example/1".to_owned()),
            prefix: "stacks/a".to_owned(),
        };
        for format in Format::ALL {
            format.render(&plan, &around);
        }
    }
}
