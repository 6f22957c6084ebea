import Foundation
import TestSupport
import Testing

/// What the command line adds to errors of the library: every row of `Advice.swift`, on the built program.
@Suite struct AdviceTests {
  /// A command, and the end of its sentence.
  struct Row: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    let advice: String
    var input: String?

    init(_ arguments: String, _ advice: String, input: String? = nil) {
      (self.arguments, self.advice, self.input) = (arguments.split(separator: " ").map(String.init), advice, input)
    }
    var testDescription: String { arguments.joined(separator: " ") }
  }

  static let rows = [
    Row("process in.wav --model mute.nam --input-level-dbu 12", "leave --input-level-dbu out."),
    Row("process in.wav -p in.wav", "use --ir in.wav."),
    Row("process in.wav --model in.wav", "use --ir in.wav."),
    Row("process in.wav --model tiny", "use -p tiny."),
    Row("process in.wav --ir tiny", "use -p tiny."),
    Row("process in.wav --ir mute.nam", "use --model mute.nam."),
    Row("process in.wav --ir in.wav --max-memory 100", "raise --max-memory."),
    Row("process in.wav --ir in.wav --max-memory 12K", "raise --max-memory."),
    Row(
      "process 44.wav -p tiny --rate-policy refuse", "use --rate-policy resample to convert it there and back."),
    Row(
      "process 44.wav -p tiny --rate-policy dilate", "use --rate-policy resample to convert it there and back."),
    Row(
      "process nan.wav -p tiny --non-finite error",
      "use --non-finite zero or --non-finite keep to let it through."),
    Row("process in.wav -p tiny -o in.wav", "use --force to replace it."),
    Row("process two.wav -p tiny --max-channels 1", "--max-channels 2 allows them."),
    Row("stream -p empty", "--format, --rate and --channels describe raw samples."),
    Row("stream -p empty --rate 8000", "leave --rate and --channels out to take it as it is.", input: "44.wav"),
    Row("stream -p empty --format f32le", "see --rate and --channels."),
    Row("stream -p empty --format csv", "--header yes takes the first row for names.", input: "mixed"),
    Row("stream -p empty --format csv", "--missing hold or --missing zero fills it in.", input: "gaps"),
    Row("features in.wav 44.wav --transform mel -o out.csv", "--rate 48000 resamples recordings."),
    Row("features - --transform logmel --top-db 80 -o out.csv", "or leave --top-db out.", input: "in.wav"),
    Row("process in.wav -p tiny -o out.xyz", "or choose the format with --format."),
    Row(
      "stream -p tiny --format s16le --rate 44100 --channels 2",
      "put `sox -t s16 -r 44100 -c 2 - -r 48000 -t s16 -` before it."),
    Row("stream -p tiny", "put `sox -t wav - -r 48000 -t wav -` before it.", input: "44.wav"),
    Row("stream -p tiny --format csv --rate 44100", "leave --rate out to take the rows as they come.", input: "rows"),
    Row("stream -p empty --format csv --output-format wav", "give it one with --rate.", input: "rows"),
    Row(
      "features holes.csv --transform minirocket --no-labels --features 84 -o out.csv",
      "use --missing to fill it in."),
    Row(
      "features - --transform statistics --window 2 --hop 2 --bands 1-2 -o out.csv --input-format csv",
      "give one with --rate.", input: "rows"),
    Row(
      "stream -p empty --format csv --bit-depth 16", "leave --bit-depth out, or choose wav as --output-format."),
  ]

  @Test("Errors end with the option that helps", arguments: rows)
  func advice(_ row: Row) throws {
    let bench = try Bench()
    try bench.audio("in.wav")
    try bench.audio("44.wav", sampleRateHz: 44_100)
    try bench.audio("nan.wav", [[0, .nan, 0]], encoding: .float32)
    try bench.audio("two.wav", channels: 2)
    for (name, text) in [
      ("rows", "0.5\n"), ("mixed", "1,2.O\n"), ("gaps", "1,2\n3,\n"), ("holes.csv", "1,2,,4,5,6,7,8,9,10\n"),
    ] {
      try bench.write(name, Data(text.utf8))
    }
    let model =
      #"{"version":"0.5.4","architecture":"Linear","sample_rate":48000,"#
      + #""config":{"receptive_field":1,"bias":false},"weights":[2]}"#
    try bench.write("mute.nam", Data(model.utf8))
    let outcome = try bench.program.shell(#""$0" "$@" < \#(row.input ?? "/dev/null")"#, row.arguments)
    #expect(outcome.status != 0)
    #expect(outcome.errors.split(separator: "\n").first?.hasSuffix("; \(row.advice)") == true, "\(outcome.errors)")
  }

  @Test("Every option that the table of advice names is in a row above")
  func complete() throws {
    let source = try String(
      contentsOf: PackageFolders.root.appendingPathComponent("Sources/convaudio/Advice.swift"), encoding: .utf8)
    let named = Set(stringLiterals(in: source).flatMap(\.options))
    #expect(named.count > 8)
    #expect(named.subtracting(Self.rows.flatMap { StringLiteral(text: $0.advice).options }) == [])
  }

  @Test("No string outside the command line names an option")
  func library() throws {
    let folder = PackageFolders.root.appendingPathComponent("Sources")
    let files = try #require(FileManager.default.enumerator(atPath: folder.path)).compactMap { $0 as? String }
      .filter { $0.hasSuffix(".swift") && !$0.hasPrefix("convaudio/") }
    #expect(files.count > 100)
    for file in files {
      let source = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
      for literal in stringLiterals(in: source) { #expect(literal.options == [], "\(file): \(literal.text)") }
    }
  }

  @Test("The search finds options in strings, and neither in comments nor in code")
  func search() {
    let source = #"""
      let a = "x --force y" // "--comment"
      /// "--documented"
      let b = "\(names.map { "\($0)" }) and --rate-policy"; x --y
      let c = """
        a "quoted" word and --top-db
        """
      let d = "- and -- and a--b"
      """#
    #expect(stringLiterals(in: source).flatMap(\.options) == ["--force", "--rate-policy", "--top-db"])
  }
}

/// The text of a string literal in Swift source.
private struct StringLiteral {
  var text = ""

  /// Names of options, `--name`.
  var options: [String] { text.matches(of: /(?:^|[^\w\-])(--[a-z][a-z\-]*)/).map { String($0.output.1) } }
}

/// The string literals of Swift source, in pieces where they hold literals of their own.
private func stringLiterals(in source: String) -> [StringLiteral] {
  enum Place { case code, line, lines }
  var (literals, place): ([StringLiteral], Place) = ([], .code)
  for line in source.split(separator: "\n") {
    // Whatever confuses this reader of ours ends with the line.
    if place == .line { place = .code }
    var rest = line[...]
    while let character = rest.first {
      var count = 1
      if place != .line, rest.hasPrefix("\"\"\"") {
        place = place == .code ? .lines : .code
        count = 3
        if place == .lines { literals.append(StringLiteral()) }
      } else if character == "\"", place != .lines {
        place = place == .code ? .line : .code
        if place == .line { literals.append(StringLiteral()) }
      } else if place == .code {
        if rest.hasPrefix("//") { break }
      } else {
        count = character == "\\" ? 2 : 1
        literals[literals.count - 1].text += rest.prefix(count)
      }
      rest = rest.dropFirst(count)
    }
    if place == .lines { literals[literals.count - 1].text += "\n" }
  }
  return literals
}
