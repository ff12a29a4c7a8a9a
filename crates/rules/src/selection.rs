//! Which rules of a pack are meant.

use std::path::Path;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::{Rule, Severity};

/// What rules must be. Of several values of one kind one must fit, and every kind that is given. The default fits all.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Globs on the path or the name of the rule; without any, all are in.
    pub include: Option<GlobSet>,
    /// Globs on what is left out.
    pub exclude: Option<GlobSet>,
    /// The severities.
    pub severities: Vec<Severity>,
    /// Tactics, in any spelling: `InitialAccess`, `initial-access`.
    pub tactics: Vec<String>,
    /// Techniques; `T1078` also means its sub-techniques.
    pub techniques: Vec<String>,
    /// Tags, whatever the case of their letters.
    pub tags: Vec<String>,
    /// Identifiers, whatever the case of their letters.
    pub ids: Vec<String>,
}

/// The globs as one set; `None` if there is none.
///
/// # Errors
///
/// The text that is no glob, and why.
pub fn globs(patterns: &[String]) -> Result<Option<GlobSet>, String> {
    if patterns.is_empty() {
        return Ok(None);
    }
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let glob = GlobBuilder::new(pattern).literal_separator(true).build();
        set.add(glob.map_err(|error| error.to_string())?);
        // `identity/*.kql` fits wherever the pack lies.
        let glob = GlobBuilder::new(&format!("**/{pattern}")).literal_separator(true).build();
        set.add(glob.map_err(|error| error.to_string())?);
    }
    set.build().map(Some).map_err(|error| error.to_string())
}

impl Selection {
    /// Whether the rule is meant.
    pub fn fits(&self, rule: &Rule) -> bool {
        let about = &rule.metadata;
        let is_named = |globs: &GlobSet| globs.is_match(&rule.path) || globs.is_match(Path::new(&rule.key));
        let any = |wanted: &[String], fits: &dyn Fn(&str) -> bool| {
            wanted.is_empty() || wanted.iter().any(|wanted| fits(wanted))
        };
        self.include.as_ref().is_none_or(is_named)
            && !self.exclude.as_ref().is_some_and(is_named)
            && (self.severities.is_empty()
                || about.severity.is_some_and(|own| self.severities.contains(&own)))
            && any(&self.tactics, &|tactic| about.tactics.iter().any(|own| same_word(&own.text, tactic)))
            && any(&self.techniques, &|wanted| {
                about.techniques.iter().any(|own| is_technique(&own.text, wanted))
            })
            && any(&self.tags, &|tag| about.tags.iter().any(|own| own.eq_ignore_ascii_case(tag)))
            && any(&self.ids, &|id| about.id.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(id)))
    }
}

/// Whether two spellings mean the same tactic: `InitialAccess`, `Initial Access`, `initial-access`.
pub fn same_word(one: &str, other: &str) -> bool {
    let letters = |text: &str| -> Vec<u8> {
        let kept = text.bytes().filter(u8::is_ascii_alphanumeric);
        kept.map(|byte| byte.to_ascii_lowercase()).collect()
    };
    letters(one) == letters(other)
}

/// Whether a technique is the wanted one, or a sub-technique of it.
fn is_technique(own: &str, wanted: &str) -> bool {
    let rest = own
        .get(..wanted.len())
        .filter(|head| head.eq_ignore_ascii_case(wanted))
        .map(|_| &own[wanted.len()..]);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Metadata, Origin, yaml};

    fn rule(path: &str, about: &str) -> Rule {
        Rule {
            key: Path::new(path).file_stem().unwrap().to_string_lossy().into_owned(),
            path: path.into(),
            metadata_path: None,
            metadata_text: None,
            query: String::new(),
            origin: Origin::part("".into(), 0),
            metadata: Metadata::read(&yaml::read(about).unwrap()),
        }
    }

    fn texts(items: &[&str]) -> Vec<String> {
        items.iter().map(|&item| item.to_owned()).collect()
    }

    #[test]
    fn every_kind_that_is_given_must_fit() {
        let rule = rule(
            "pack/identity/Failures.kql",
            "id: ABC\nseverity: High\ntactics: [InitialAccess]\nrelevantTechniques: [T1078.004]\ntags: [Blue]\n",
        );
        let fits = |change: &dyn Fn(&mut Selection)| {
            let mut selection = Selection::default();
            change(&mut selection);
            selection.fits(&rule)
        };
        assert!(fits(&|_| {}));
        assert!(fits(&|s| s.severities = vec![Severity::Low, Severity::High]));
        assert!(!fits(&|s| s.severities = vec![Severity::Low]));
        assert!(fits(&|s| s.tactics = texts(&["initial-access"])));
        assert!(!fits(&|s| s.tactics = texts(&["Impact"])));
        for (technique, expected) in
            [("T1078", true), ("t1078.004", true), ("T107", false), ("T1078.001", false)]
        {
            assert_eq!(fits(&|s| s.techniques = texts(&[technique])), expected, "{technique}");
        }
        assert!(fits(&|s| s.tags = texts(&["red", "blue"])));
        assert!(fits(&|s| s.ids = texts(&["abc"])));
        assert!(!fits(&|s| (s.ids, s.tags) = (texts(&["abc"]), texts(&["red"]))));
    }

    #[test]
    fn globs_fit_the_path_or_the_name() {
        let rule = rule("pack/identity/Failures.kql", "{}");
        for (pattern, expected) in [
            ("identity/*", true),
            ("*.kql", true),
            ("Fail*", true),
            ("pack/**", true),
            ("*.yaml", false),
            ("pack/*", false),
        ] {
            let set = globs(&texts(&[pattern])).unwrap();
            assert_eq!(
                Selection { include: set.clone(), ..Selection::default() }.fits(&rule),
                expected,
                "{pattern}"
            );
            assert_eq!(
                Selection { exclude: set, ..Selection::default() }.fits(&rule),
                !expected,
                "{pattern}"
            );
        }
        assert!(globs(&texts(&["[a"])).is_err());
    }
}
