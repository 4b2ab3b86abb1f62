//! The command line.

mod cli;
mod show;

fn main() -> std::process::ExitCode {
    cli::run()
}
