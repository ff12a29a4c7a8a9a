//! What `render` draws. The charts are in `tests/charts`, each a query and, below a line of `---`, what it draws without
//! colours on 80 cells.
//!
//! `UPDATE_CHARTS=1` writes what is drawn into the files. Look at the difference before you commit it.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod command;

use command::{Folder, kql};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const BREAK: &str = "\n---\n";

#[test]
fn charts_look_as_they_should() {
    let update = std::env::var_os("UPDATE_CHARTS").is_some();
    let mut paths: Vec<_> = std::fs::read_dir(format!("{ROOT}/tests/charts"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    assert!(!paths.is_empty());
    let mut differences = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        let (query, expected) = text.split_once(BREAK).unwrap();
        let data = format!("{ROOT}/tests/data");
        let run =
            kql(["query", "-", "--chart", "-", "--data", &data]).stdin(query).run().expect(0).stderr("");
        if update {
            std::fs::write(&path, format!("{query}{BREAK}{}", run.stdout)).unwrap();
        } else if run.stdout != expected {
            let difference = similar::TextDiff::from_lines(expected, run.stdout.as_str());
            differences.push(format!("{}:\n{}", path.display(), difference.unified_diff()));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// The query of a small chart; its name is markup.
const QUERY: &str =
    "datatable(k: string, n: long)['<b>', 3, 'c', 5] | render columnchart with (title='<a> & b')";

#[test]
fn charts_go_to_files_beside_the_rows() {
    let folder = Folder::new();
    folder
        .kql(["query", QUERY, "--chart", "chart.svg"])
        .run()
        .expect(0)
        .stdout_has("(2 rows, render columnchart)");
    let svg = folder.read("chart.svg");
    assert!(svg.starts_with("<svg xmlns=") && svg.contains("&lt;a&gt; &amp; b"), "{svg}");
    folder
        .kql(["query", QUERY, "--chart", "chart.html", "--format", "csv"])
        .run()
        .expect(0)
        .stdout_has("k,n\n");
    let page = folder.read("chart.html");
    assert!(page.contains("<title>&lt;a&gt; &amp; b</title>") && page.contains("<svg"), "{page}");
    // Nothing is fetched, and nothing is run.
    let addresses = page.replace("http://www.w3.org/2000/svg", "");
    assert!(!addresses.contains("://") && !addresses.contains("<script"), "{page}");
}

#[test]
fn an_output_may_be_a_page_or_a_picture() {
    let folder = Folder::new();
    folder.kql(["query", QUERY, "-o", "rows.svg"]).run().expect(0).stdout("");
    assert!(folder.read("rows.svg").starts_with("<svg xmlns="));
    folder.kql(["query", "print a = '<b>'", "-o", "rows.html"]).run().expect(0).stdout("");
    let page = folder.read("rows.html");
    assert!(page.contains("<td") && page.contains("&lt;b&gt;") && !page.contains("<b>"), "{page}");
    folder.kql(["query", "print a = 1", "-o", "rows.html", "--format", "csv"]).run().expect(0);
    assert_eq!(folder.read("rows.html"), "a\n1\n");
}

#[test]
fn a_png_has_the_sizes_and_colours_of_the_chart() {
    let folder = Folder::new();
    folder.kql(["query", QUERY, "--chart", "chart.png"]).run().expect(0).stderr("");
    let bytes = folder.bytes("chart.png");
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    assert_eq!((&bytes[1..4], number(16), number(20)), (&b"PNG"[..], 1920, 880));
    let odd = "datatable(k: string, n: long)['\u{738b}\u{82b3}', 3] | render columnchart";
    let run = folder.kql(["query", odd, "--chart", "odd.png"]).run().expect(0);
    run.stderr_has("the letters of a .png lack some characters, such as \u{738b}; .svg and .html show them");
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let run =
        |query: &'static str, file: &'static str| Folder::new().kql(["query", query, "--chart", file]).run();
    run(QUERY, "chart.gif").expect(2).stdout("").stderr_has("charts are written as .svg, .png or .html");
    run("print 1", "chart.svg").expect(2).stderr_has("there is no chart to draw");
    run("print a = 1, b = 2 | render treemap", "-").expect(2).stderr_has("render treemap is not drawn here");
    run("print a = 1, b = 2 | render timechart", "-").expect(2).stderr_has("needs a column of datetimes");
    run("print a = 1, b = 2 | render columnchart with (ysplit=panels)", "-")
        .expect(0)
        .stderr_has("ysplit=panels is ignored");
}

#[test]
fn rules_that_render_are_drawn_in_one_page() {
    let folder = Folder::new()
        .with("rules/first.kql", "print k = 'a', n = 1 | render barchart")
        .with("rules/second.kql", "print k = 'b', n = 2 | render piechart")
        .with("rules/third.kql", "print k = 'c'");
    folder.kql(["run", "rules", "--chart", "charts.html"]).run().expect(0);
    let page = folder.read("charts.html");
    assert_eq!(page.matches("<svg").count(), 2, "{page}");
    assert!(page.contains("<h2>first</h2>") && page.contains("<h2>second</h2>"), "{page}");
    folder
        .kql(["run", "rules", "--chart", "charts.svg"])
        .run()
        .expect(2)
        .stderr_has("there are 2; .html holds all");
}

#[test]
fn without_a_terminal_the_rows_stay() {
    kql(["query", QUERY])
        .run()
        .expect(0)
        .stdout("k    n\n───  ─\n<b>  3\nc    5\n(2 rows, render columnchart)\n");
}
