import ConvAudioKit
import Foundation
import TestSupport
import Testing

@Suite struct ReportTests {
  struct Entry: Decodable {
    var input: String
    var output: String?
    var error: String?
    var frames: Int?
    var channels: Int?
    var clippedSamples: Int?
  }

  private func report(_ outcome: Outcome) throws -> [Entry] {
    try JSONDecoder().decode([Entry].self, from: Data(outcome.output.utf8))
  }

  @Test("--json is a report on standard output, one entry a file")
  func json() throws {
    let bench = try Bench()
    try bench.audio(#"q"\.wav"#, channels: 2)
    let outcome = try bench.program.run("process", #"q"\.wav"#, "gone.wav", "-p", "tiny", "--json")
    #expect(outcome.status == 1)
    let entries = try report(outcome)
    #expect(entries.map(\.input) == [#"q"\.wav"#, "gone.wav"])
    #expect(entries[0].output == #"q"\.tiny.wav"# && entries[0].error == nil)
    #expect(entries[0].frames == 3000 && entries[0].channels == 2 && entries[0].clippedSamples == 0)
    #expect(entries[1].error == "gone.wav: cannot be read: No such file or directory." && entries[1].output == nil)
  }

  @Test(
    "--json is a report too when nothing could begin",
    arguments: [["-p", "nope"], ["-p", "tiny", "in.wav"], ["-p", "tiny", "-o", "in.wav/x/"]])
  func jsonOnFailure(arguments: [String]) throws {
    let bench = try Bench()
    try bench.audio("in.wav")
    let outcome = try bench.program.shell(#""$0" process in.wav --json "$@""#, arguments)
    #expect(outcome.status == 1)
    let entries = try report(outcome)
    #expect(entries.allSatisfy { $0.input == "in.wav" && "convaudio: \($0.error ?? "")\n" == outcome.errors })
    #expect(!entries.isEmpty)
  }

  @Test("--quiet prints errors and nothing else")
  func quiet() throws {
    let bench = try Bench()
    try bench.audio("in.wav", encoding: .float64)
    let good = try bench.program.run("process", "in.wav", "-p", "tiny", "--quiet")
    #expect((good.status, good.output, good.errors) == (0, "", ""))
    let bad = try bench.program.run("process", "in.wav", "-p", "tiny", "--quiet")
    #expect((bad.status, bad.output) == (1, ""))
    #expect(bad.errors == "convaudio: in.tiny.wav: already exists; use --force to replace it.\n")
  }

  @Test("The summary is one line")
  func summary() throws {
    let bench = try Bench()
    try bench.audio("in.wav", [[Float](repeating: 0.5, count: 48_000 * 61)])
    let outcome = try bench.program.run("process", "in.wav", "-p", "empty", "--gain-out", "-6")
    #expect(outcome.errors == "")
    let line = try Regex(
      #"in\.empty\.wav: 1:01 in \d+\.\d\d s \(\d+\.\d× real time\), peak -12\.0 dBFS, 0 samples clipped; WAV, 16-bit\n"#
    )
    #expect(try line.wholeMatch(in: outcome.output) != nil, "\(outcome.output)")
  }

  @Test("A reader that goes away does not stop the work")
  func brokenPipe() throws {
    let bench = try Bench()
    for name in ["a.wav", "b.wav", "c.wav"] { try bench.audio(name) }
    let outcome = try bench.program.shell(
      #"{ sleep 0.1; "$0" process a.wav b.wav c.wav -p tiny; echo $? >&2; } | true"#)
    #expect(outcome.errors == "0\n")
    #expect(try bench.files().count == 6)
  }

  @Test(
    "Words for a closed standard stream do not end up in the audio that has its number",
    arguments: Thoroughness.cases(of: [">&- 2>&-", "<&- 2>&-", "<&- >&-", "<&- >&- 2>&-"], quick: 2))
  func closedStreams(redirection: String) throws {
    let bench = try Bench()
    try bench.silence("long.wav", channels: 4, seconds: Thoroughness.isOptimised ? 60 : 6)
    for name in ["a", "b", "c"] { try bench.audio("\(name).wav") }
    // One job reads and writes the long file, under two of the smallest free numbers, while the other one has an error
    // or a summary to print many times; a file that is missing takes no number itself.
    let script = """
      missing() { seq -f "$1-%g.wav" 300; }
      "$0" process long.wav $(missing 1) a.wav $(missing 2) b.wav $(missing 3) c.wav $(missing 4) \
      -p tiny -o out --jobs 2 \(redirection)
      """
    #expect(try bench.program.shell(script).status == 1)
    #expect(try bench.program.run("process", "long.wav", "-p", "tiny", "-o", "expected.wav").status == 0)
    #expect(try bench.bytes("out/long.tiny.wav") == bench.bytes("expected.wav"))
  }

  @Test(
    "Words that standard output does not take are an error, in every command",
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")),
    arguments: [
      "process in.wav -p tiny --json", "process in.wav -p tiny", "--help", "--version", "process --help", "info tiny",
      "presets", "verify tiny", "bench tiny --seconds 0.01", "tune",
      "features in.wav --transform statistics -o x.npy", "features in.wav --transform statistics -o -",
      "convolve x.npy --kernel k.npy -o y.npy --explain",
    ])
  func fullOutput(_ words: String) throws {
    let bench = try Bench()
    try bench.audio("in.wav")
    if words.hasPrefix("convolve") {
      try NumPyArray(shape: [1, 1, 8], values: [Float](repeating: 1, count: 8)).write(to: bench.path("x.npy"))
      try NumPyArray(shape: [1, 1, 2], values: [1, 2]).write(to: bench.path("k.npy"))
    }
    let outcome = try bench.program.shell(#""$0" \#(words) > /dev/full"#)
    #expect(outcome.status == 1)
    #expect(outcome.errors == "convaudio: standard output: cannot be written: No space left on device.\n")
    // A reader that wants no more is none.
    let gone = try bench.program.shell(#""$0" \#(words) --force 2> errors | true; cat errors"#)
    #expect(!gone.output.contains("standard output"), "\(gone.output)")
  }

  @Test("Control characters of names reach no terminal, and make no line of their own")
  func controls() throws {
    let bench = try Bench()
    let missing = try bench.program.run("process", "a\u{1B}[2J\nb.wav", "-p", "tiny")
    #expect(missing.errors == "convaudio: a\\u{1b}[2J\\u{a}b.wav: cannot be read: No such file or directory.\n")
    try bench.audio("in.wav")
    let named = try bench.program.run("process", "in.wav", "-p", "tiny", "-o", "out\r.wav")
    #expect(named.output.hasPrefix("out\\u{d}.wav: ") && named.status == 0)
  }

  #if os(Linux)
    /// Whether `script` is there, and gets a terminal from the system.
    static let canMakeTerminal: Bool = {
      guard let bench = try? Bench() else { return false }
      return (try? bench.program.shell("script -qec true /dev/null").status) == 0
    }()

    @Test(
      "The progress line is drawn on a terminal and nowhere else, and wiped",
      .enabled(if: canMakeTerminal, "script makes the terminal"))
    func progress() throws {
      let bench = try Bench()
      let line = try Regex(#"\r\x{1B}\[K█*·* \d+ %  \d+\.\d× real time  \d+:\d\d left"#)
      var drawn = ""
      // A tenth of a second passes before the first line is drawn: a fast machine needs more to do.
      for seconds in [4, 20, 100, 500] where drawn.firstMatch(of: line) == nil {
        try bench.silence("in.wav", channels: 16, seconds: seconds)
        drawn = try bench.program.shell(
          #"script -qec "'$0' process in.wav -p tiny -o b.wav --force > /dev/null" /dev/null"#
        ).output
      }
      #expect(drawn.firstMatch(of: line) != nil, "\(drawn)")
      #expect(drawn.hasSuffix("\r\u{1B}[K"))
      let quiet = try bench.program.shell(
        #"script -qec "'$0' process in.wav -p tiny -o q.wav --quiet" /dev/null"#)
      #expect((quiet.status, quiet.output) == (0, ""))
      #expect(try bench.program.run("process", "in.wav", "-p", "tiny", "-o", "a.wav").errors == "")
      #expect(try bench.bytes("a.wav") == bench.bytes("b.wav"))
    }
  #endif
}
