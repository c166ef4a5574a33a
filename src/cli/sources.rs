//! The author's files, read.

#![expect(clippy::disallowed_methods, reason = "the edge that reads configuration and variable files")]

use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;

use super::failure::Stop;
use super::options::Options;
use crate::config::Sources;

/// The file that is taken where none is named.
pub(super) const USUAL: &str = "landbridge.yaml";

/// More than this is not read of a configuration, or by `file()`: `config` refuses more than that too.
const MOST_SOURCE: u64 = 64 << 20;

/// More than this is not read of any file.
const MOST_BYTES: u64 = 256 << 20;

/// Everything a configuration is parsed from.
pub(super) fn read(options: &Options) -> Result<Sources, Stop> {
    let paths = found(options)?;
    let folder = paths.first().and_then(|path| path.parent()).unwrap_or(Path::new("")).to_owned();
    let named = |path: &PathBuf| -> Result<(Arc<str>, Vec<u8>), Stop> {
        Ok((Arc::from(path.display().to_string()), bytes_within(path, MOST_SOURCE)?))
    };
    let module_dir =
        if folder.as_os_str().is_empty() { ".".to_owned() } else { folder.display().to_string() };
    Ok(Sources {
        files: paths.iter().map(named).collect::<Result<_, _>>()?,
        var_files: options.var_files.iter().map(named).collect::<Result<_, _>>()?,
        vars: options.vars.clone(),
        env: options.env.clone(),
        simulated: options.simulated,
        module_dir: Arc::from(module_dir),
        files_readable: Arc::new(move |path| {
            bytes_within(&folder.join(path), MOST_SOURCE).map_err(|error| format!("{:#}", error.root_cause()))
        }),
    })
}

/// The files of the configuration.
pub(super) fn found(options: &Options) -> Result<Vec<PathBuf>, Stop> {
    let mut paths = Vec::new();
    if options.files.is_empty() {
        paths = usual(Path::new(""))?;
    }
    for path in &options.files {
        if path.is_dir() { paths.extend(usual(path)?) } else { paths.push(path.clone()) }
    }
    Ok(paths)
}

/// The configuration of a folder: its `landbridge.yaml`, or else all its YAML files.
fn usual(folder: &Path) -> Result<Vec<PathBuf>, Stop> {
    let one = folder.join(USUAL);
    if one.is_file() {
        return Ok(vec![one]);
    }
    let place = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries =
        fs::read_dir(place).with_context(|| format!("failed to read the folder {}", place.display()))?;
    let mut paths = Vec::new();
    for entry in entries {
        let name =
            entry.with_context(|| format!("failed to read the folder {}", place.display()))?.file_name();
        let path = folder.join(&name);
        let hidden = name.to_string_lossy().starts_with('.');
        let yaml = path.extension().is_some_and(|end| end == "yaml" || end == "yml");
        if yaml && !hidden && path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.is_empty() {
        return Err(Stop::refused(
            format!("there is no configuration in {}: no {USUAL} and no other YAML file", shown(place)),
            "`landbridge init` writes one to begin with; -f names another place",
        ));
    }
    Ok(paths)
}

fn shown(place: &Path) -> String {
    if place == Path::new(".") { "this folder".to_owned() } else { place.display().to_string() }
}

/// A file's bytes, up to a bound.
pub(super) fn bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    bytes_within(path, MOST_BYTES)
}

fn bytes_within(path: &Path, most: u64) -> anyhow::Result<Vec<u8>> {
    let cannot = || format!("failed to read {}", path.display());
    let file = fs::File::open(path).with_context(cannot)?;
    let too_large = || format!("{} is larger than {} MB, and no more is read", path.display(), most >> 20);
    // What says its size is not read in vain; a device does not say it.
    let size = file.metadata().with_context(cannot)?.len();
    anyhow::ensure!(size <= most, too_large());
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    file.take(most + 1).read_to_end(&mut bytes).with_context(cannot)?;
    anyhow::ensure!(bytes.len() as u64 <= most, too_large());
    Ok(bytes)
}

/// Writes a file for its owner's eyes only; one that is there is replaced as a whole.
pub(super) fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    written_private(path, text, |file, path| file.persist(path).map(drop)).map(drop)
}

/// The same for a file that must not be there yet: one that is there is never overwritten. Says whether
/// it was written.
pub(super) fn write_private_new(path: &Path, text: &str) -> anyhow::Result<bool> {
    written_private(path, text, |file, path| file.persist_noclobber(path).map(drop))
}

/// Says whether it was written: false where a file stands in the way of a new one.
fn written_private(
    path: &Path,
    text: &str,
    persist: impl FnOnce(tempfile::NamedTempFile, &Path) -> Result<(), tempfile::PersistError>,
) -> anyhow::Result<bool> {
    use std::io::Write;
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let write = || -> std::io::Result<()> {
        // Temporary files of this crate are 0600.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        persist(file, path).map_err(|error| error.error)
    };
    match write() {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(in_words(&error)).with_context(|| format!("failed to write {}", path.display())),
    }
}

/// The system's words, without the temporary name that nobody has given.
fn in_words(error: &std::io::Error) -> anyhow::Error {
    let text = error.to_string();
    anyhow::Error::msg(text.split(" at path ").next().unwrap_or_default().to_owned())
}

/// Exchanges the text of one of the author's files as a whole; it stays whose it was and who may
/// read it.
pub(super) fn rewrite(path: &Path, text: &str) -> anyhow::Result<()> {
    let cannot = || format!("failed to write {}", path.display());
    // A link leads to the file that is meant.
    let path = &fs::canonicalize(path).with_context(cannot)?;
    let permissions = fs::metadata(path).with_context(cannot)?.permissions();
    write_private(path, text)?;
    fs::set_permissions(path, permissions).with_context(cannot)
}

/// Writes a new file; one that is there is never overwritten. Says whether it was written.
pub(super) fn write_new(path: &Path, text: &str) -> anyhow::Result<bool> {
    use std::io::Write;
    match fs::File::create_new(path) {
        Ok(mut file) => {
            file.write_all(text.as_bytes()).with_context(|| format!("failed to write {}", path.display()))?;
            Ok(true)
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error).with_context(|| format!("failed to write {}", path.display())),
    }
}

/// A stack's name as part of a path: it must be one plain folder name.
pub(super) fn is_folder_name(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    matches!((parts.next(), parts.next()), (Some(Component::Normal(part)), None) if part == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::Global;

    fn files(folder: &Path, names: &[&str]) -> Result<Vec<String>, Stop> {
        for name in names {
            fs::write(folder.join(name), "stack: x\n").unwrap();
        }
        let global = Global { file: vec![folder.to_owned()], ..Global::default() };
        let sources = read(&Options::resolve(global, Default::default()).unwrap())?;
        let name = |file: &str| Path::new(file).file_name().unwrap().to_string_lossy().into_owned();
        Ok(sources.files.iter().map(|(file, _)| name(file)).collect())
    }

    #[test]
    fn a_folder_means_its_usual_file_or_all_of_them() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(files(folder.path(), &[]), Err(Stop::Refused { .. })));
        assert_eq!(
            files(folder.path(), &["b.yml", "a.yaml", "c.txt", ".d.yaml"]).unwrap(),
            ["a.yaml", "b.yml"]
        );
        assert_eq!(files(folder.path(), &["landbridge.yaml"]).unwrap(), ["landbridge.yaml"]);
    }

    #[test]
    fn a_plan_is_for_its_owners_eyes_and_nothing_is_overwritten_by_new() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p");
        write_private(&path, "one").unwrap();
        write_private(&path, "two").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!write_new(&path, "three").unwrap() && !write_private_new(&path, "three").unwrap());
        let missing = folder.path().join("nowhere").join("file");
        let failed = format!("{:#}", write_private(&missing, "one").unwrap_err());
        assert!(failed.contains("nowhere/file: ") && !failed.contains("nowhere/.tmp"), "{failed}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert!(
            is_folder_name("a-b") && !is_folder_name("../a") && !is_folder_name("a/b") && !is_folder_name("")
        );
    }
}
