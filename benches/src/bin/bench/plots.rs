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
    const THOUSANDS: Axis = Axis { unit: "thousand ops/s", of: |median| median.ops / 1e3 };
    const CPU: Axis = Axis { unit: "CPU time of an op, us", of: |median| median.cpu };
    const PLOTS: [(&str, &str, &str, Axis); 4] = [
        ("get", "get.svg", "GET of 32 bytes", THOUSANDS),
        ("get", "get-cpu.svg", "GET of 32 bytes: CPU of the client", CPU),
        ("set", "set.svg", "SET of 32 bytes", THOUSANDS),
        ("busy", "busy.svg", "GET of 32 bytes beside two CPU-bound threads", THOUSANDS),
    ];
    let mut drawn = Vec::new();
    for (group, file, title, axis) in PLOTS {
        let lines = by_callers(report, group, axis.of);
        if lines.iter().any(|line| line.points.len() > 1) {
            curves(&directory.join(file), title, axis.unit, &lines)?;
            drawn.push((file.to_owned(), format!("{title}: {} by callers", axis.unit)));
        }
    }
    let title = "1 caller: ops/s beside the fastest other client";
    let groups = one_caller(report);
    if !groups.is_empty() {
        bars(&directory.join("one-caller.svg"), title, &groups)?;
        drawn.push(("one-caller.svg".to_owned(), title.to_owned()));
    }
    Ok(drawn)
}

/// What is drawn upwards.
struct Axis {
    unit: &'static str,
    of: fn(&Measured) -> f64,
}

/// A client's figures, callers first.
struct Line {
    name: &'static str,
    colour: RGBColor,
    points: Vec<(f64, f64)>,
}

/// Red shades are ours, so that they are found at once.
fn colour(name: &str) -> RGBColor {
    const OURS: [(u8, u8, u8); 4] = [(255, 127, 14), (214, 39, 40), (128, 0, 32), (255, 152, 150)];
    const OTHERS: [(u8, u8, u8); 6] =
        [(31, 119, 180), (23, 190, 207), (0, 0, 128), (44, 160, 44), (148, 103, 189), (127, 127, 127)];
    let (ours, others): (Vec<&Peer>, Vec<&Peer>) = ALL.iter().partition(|peer| peer.is_ours());
    let place = |peers: &[&Peer]| peers.iter().position(|peer| peer.name == name);
    let (red, green, blue) = match place(&ours) {
        Some(at) => OURS[at % OURS.len()],
        None => OTHERS[place(&others).unwrap_or_default() % OTHERS.len()],
    };
    RGBColor(red, green, blue)
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

fn curves(path: &Path, title: &str, unit: &str, lines: &[Line]) -> Result<(), Box<dyn Error>> {
    let points = || lines.iter().flat_map(|line| &line.points);
    let least = points().map(|point| point.0).fold(f64::INFINITY, f64::min);
    let (most, top) = points().fold((1.0, 0.0), |(x, y): (f64, f64), point| (x.max(point.0), y.max(point.1)));
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(64)
        // The legend stands to the right of the last figure.
        .build_cartesian_2d(
            (least..most * (most / least).powf(0.32)).log_scale().base(2.0),
            0.0..top * 1.08,
        )?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .x_labels(12)
        .x_desc("callers")
        .y_desc(unit)
        .axis_desc_style(("sans-serif", 14))
        .x_label_formatter(&|x| if *x <= most * 1.01 { format!("{x:.0}") } else { String::new() })
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
        .position(SeriesLabelPosition::UpperRight)
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
        .x_label_area_size(44)
        .y_label_area_size(64)
        .build_cartesian_2d(-0.5..count * 1.32 - 0.5, 0.0..top * 1.08)?;
    let name = |x: &f64| match (x.round() as usize, (x - x.round()).abs() < 0.01) {
        (at, true) => groups.get(at).map_or(String::new(), |group| group.name.to_owned()),
        _ => String::new(),
    };
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .x_labels(2 * groups.len() + 2)
        .x_desc("work")
        .y_desc("times the fastest other client")
        .axis_desc_style(("sans-serif", 14))
        .x_label_formatter(&name)
        .y_label_formatter(&|y| format!("{y:.1}"))
        .draw()?;
    chart.draw_series(LineSeries::new([(-0.5, 1.0), (count - 0.5, 1.0)], BLACK.mix(0.6)))?;
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
