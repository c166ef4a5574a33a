//! A believable cloud over HTTP: a world, its rules, its faults. Shares nothing with `provider`.
