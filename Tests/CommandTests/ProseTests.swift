import Foundation
import Testing

private let python = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":")
  .map { "\($0)/python3" }.first { FileManager.default.isExecutableFile(atPath: $0) }

/// `Tools/prose`, which lists sentences that do not read as plain English, over the whole tree.
@Suite(.enabled(if: python != nil, "needs python3"))
struct ProseTests {
  @Test("comments, texts and pages are plain English")
  func tree() throws {
    let outcome = try prose([])
    #expect((outcome.status, outcome.output) == (0, ""))
  }

  @Test("a planted sentence is found, in comments, strings and pages")
  func planted() throws {
    let bench = try Bench()
    let texts = [
      "a.swift": "/// The frame that\n/// stands behind the last one.\nlet text = \"has 1 channels\"  // anew\n",
      "b.c": "/* A row\n * of another rate. */\n", "c.py": "\"\"\"One a channel.\"\"\"\n",
      "d.md": "Fits no model.\n\n```\nFits no code.\n```\n",
    ]
    for (name, text) in texts { try text.write(toFile: bench.path(name), atomically: true, encoding: .utf8) }
    let outcome = try prose(texts.keys.sorted().map(bench.path))
    #expect(outcome.status == 1)
    let found = outcome.output.split(separator: "\n").map { $0.split(separator: "/").last!.prefix { $0 != ";" } }
    #expect(
      found == [
        #"a.swift:2: "behind""#, #"a.swift:2: "stands""#, #"a.swift:3: "anew""#, #"a.swift:3: "has 1 channels""#,
        #"b.c:2: "of another rate""#, #"c.py:1: "One a channel""#, #"d.md:1: "Fits no""#,
      ])
  }

  @Test("help and wrong paths")
  func usage() throws {
    let outcome = try prose(["--help"])
    #expect(outcome.status == 0 && outcome.output.hasPrefix("usage: prose"))
    #expect(try prose(["--unknown"]).status == 2)
  }

  private func prose(_ arguments: [String]) throws -> Outcome {
    let tool = URL(filePath: #filePath).appending(path: "../../../Tools/prose").standardized.path
    let bench = try Bench()
    return try bench.program.run(python!, [tool] + arguments)
  }
}
