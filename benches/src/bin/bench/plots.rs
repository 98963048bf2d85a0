//! Plots of the report, as SVG.

use std::error::Error;
use std::path::Path;

use plotters::prelude::*;

use crate::meter::Measured;
use crate::peers::{ALL, Peer};
use crate::report::Report;

const SIZE: (u32, u32) = (900, 480);

/// Draws what there is to draw; gives the file and the title of each plot.
pub(crate) fn draw(report: &Report, directory: &Path) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    type Plot = (&'static str, &'static str, &'static str, fn(&Measured) -> f64);
    const PLOTS: [Plot; 4] = [
        ("get", "get.svg", "GET of 32 bytes: thousand ops/s by callers", |median| median.ops / 1e3),
        ("get", "get-cpu.svg", "GET of 32 bytes: CPU us per op by callers", |median| median.cpu),
        ("set", "set.svg", "SET of 32 bytes: thousand ops/s by callers", |median| median.ops / 1e3),
        ("busy", "busy.svg", "GET beside two CPU-bound threads: thousand ops/s by callers", |median| {
            median.ops / 1e3
        }),
    ];
    let mut drawn = Vec::new();
    for (group, file, title, figure) in PLOTS {
        let lines = by_callers(report, group, figure);
        if lines.iter().any(|line| line.points.len() > 1) {
            curves(&directory.join(file), title, &lines)?;
            drawn.push((file.to_owned(), title.to_owned()));
        }
    }
    let title = "1 caller: ops/s as multiples of the fastest other client";
    let groups = one_caller(report);
    if !groups.is_empty() {
        bars(&directory.join("one-caller.svg"), title, &groups)?;
        drawn.push(("one-caller.svg".to_owned(), title.to_owned()));
    }
    Ok(drawn)
}

/// A client's figures, callers first.
struct Line {
    name: &'static str,
    colour: RGBColor,
    points: Vec<(f64, f64)>,
}

/// Red shades are ours, so that they are found at once.
fn colour(name: &str) -> RGBColor {
    const OTHERS: [(u8, u8, u8); 6] =
        [(31, 119, 180), (23, 190, 207), (0, 0, 128), (44, 160, 44), (148, 103, 189), (127, 127, 127)];
    let (ours, others): (Vec<&Peer>, Vec<&Peer>) = ALL.iter().partition(|peer| peer.is_ours());
    match ours.iter().position(|peer| peer.name == name) {
        Some(0) => RGBColor(255, 127, 14),
        Some(_) => RGBColor(214, 39, 40),
        None => {
            let at = others.iter().position(|peer| peer.name == name).unwrap_or_default();
            let (red, green, blue) = OTHERS[at % OTHERS.len()];
            RGBColor(red, green, blue)
        }
    }
}

fn by_callers(report: &Report, group: &str, figure: fn(&Measured) -> f64) -> Vec<Line> {
    let line = |name| {
        let cases = report.cases().iter().filter(|(case, _)| case.group == group);
        let points = cases.filter_map(|(case, rows)| {
            let row = rows.iter().find(|row| row.peer.name == name)?;
            Some((case.callers as f64, figure(&row.median())))
        });
        Line { name, colour: colour(name), points: points.collect() }
    };
    ALL.iter().map(|peer| line(peer.name)).filter(|line| !line.points.is_empty()).collect()
}

fn curves(path: &Path, title: &str, lines: &[Line]) -> Result<(), Box<dyn Error>> {
    let points = || lines.iter().flat_map(|line| &line.points);
    let least = points().map(|point| point.0).fold(f64::INFINITY, f64::min);
    let (most, top) = points().fold((1.0, 0.0), |(x, y): (f64, f64), point| (x.max(point.0), y.max(point.1)));
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(32)
        .y_label_area_size(56)
        .build_cartesian_2d((least..most * 1.05).log_scale().base(2.0), 0.0..top * 1.08)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .x_labels(9)
        .x_label_formatter(&|x| format!("{x:.0}"))
        .y_label_formatter(&|y| format!("{y}"))
        .draw()?;
    for Line { name, colour, points } in lines {
        let style = colour.stroke_width(2);
        chart
            .draw_series(LineSeries::new(points.iter().copied(), style).point_size(3))?
            .label(*name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    area.present()?;
    Ok(())
}

/// Bars side by side under one name.
struct Group {
    name: &'static str,
    bars: Vec<(&'static str, f64)>,
}

fn one_caller(report: &Report) -> Vec<Group> {
    let cases = report.cases().iter().filter(|(case, _)| case.callers == 1);
    cases
        .filter_map(|(case, rows)| {
            let (best, _) = report.best(&case.to_string(), &[])?;
            let bars = rows.iter().map(|row| (row.peer.name, row.median().ops / best)).collect();
            Some(Group { name: case.group, bars })
        })
        .collect()
}

fn bars(path: &Path, title: &str, groups: &[Group]) -> Result<(), Box<dyn Error>> {
    let top = groups.iter().flat_map(|group| &group.bars).map(|bar| bar.1).fold(1.0, f64::max);
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let count = groups.len() as f64;
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(32)
        .y_label_area_size(56)
        .build_cartesian_2d(-0.5..count - 0.5, 0.0..top * 1.08)?;
    let name = |x: &f64| match (x.round() as usize, (x - x.round()).abs() < 0.01) {
        (at, true) => groups.get(at).map_or(String::new(), |group| group.name.to_owned()),
        _ => String::new(),
    };
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .x_labels(groups.len() + 2)
        .x_label_formatter(&name)
        .y_label_formatter(&|y| format!("{y:.1}"))
        .draw()?;
    for peer in ALL {
        let mut boxes = Vec::new();
        for (at, group) in groups.iter().enumerate() {
            let width = 0.84 / group.bars.len() as f64;
            for (place, (name, ratio)) in group.bars.iter().enumerate() {
                if *name == peer.name {
                    let left = at as f64 - 0.42 + place as f64 * width;
                    boxes.push(Rectangle::new([(left, 0.0), (left + width, *ratio)], colour(name).filled()));
                }
            }
        }
        let colour = colour(peer.name);
        if !boxes.is_empty() {
            chart
                .draw_series(boxes)?
                .label(peer.name)
                .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 12, y + 5)], colour.filled()));
        }
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    area.present()?;
    Ok(())
}
