import ConvAudioKit
import Foundation
import TestSupport
import Testing

/// Folders, patterns, and files among them that are not audio.
@Suite struct InputFilesCommandTests {
  private func bench() throws -> Bench {
    let bench = try Bench()
    for folder in ["takes", "takes/monday", "takes/monday/loud", "takes/.hidden", "take [1]"] {
      try FileManager.default.createDirectory(atPath: bench.path(folder), withIntermediateDirectories: true)
    }
    for name in ["takes/a.wav", "takes/monday/b.wav", "takes/monday/loud/c.flac", "takes/.hidden/d.wav", "take [1]/e.wav"] {
      try bench.audio(name, frames: 100)
    }
    try bench.audio("x[1].wav", frames: 100)
    try bench.audio("x1.wav", frames: 100)
    for name in ["takes/notes.txt", "takes/monday/list.csv", "takes/monday/cover.png", "takes/monday/z.pdf"] {
      try bench.write(name, Data("1,2\n".utf8))
    }
    return bench
  }

  /// All files below a folder.
  private func tree(_ bench: Bench, _ folder: String) -> [String] {
    (FileManager.default.enumerator(atPath: bench.path(folder))?.compactMap { $0 as? String } ?? [])
      .filter { $0.hasSuffix(".wav") || $0.hasSuffix(".flac") }.sorted()
  }

  @Test(
    "Folders and patterns, at any depth, and the tree is kept",
    arguments: [
      (["takes"], ["a.tiny.wav", "monday/b.tiny.wav", "monday/loud/c.tiny.flac"]),
      (["takes/"], ["a.tiny.wav", "monday/b.tiny.wav", "monday/loud/c.tiny.flac"]),
      (["takes/**/*.wav"], ["a.tiny.wav", "monday/b.tiny.wav"]), (["takes/*/*.wav"], ["monday/b.tiny.wav"]),
      (["takes/**/c.*"], ["monday/loud/c.tiny.flac"]), (["**/b.{wav,mp3}"], ["takes/monday/b.tiny.wav"]),
      (["x[1].wav", "takes/?.wav"], ["a.tiny.wav", "x[1].tiny.wav"]), (["x[12].wav"], ["x1.tiny.wav"]),
      (["take [1]/*.wav"], ["e.tiny.wav"]), (["takes/monday", "takes/monday/b.wav"], ["b.tiny.wav", "loud/c.tiny.flac"]),
    ])
  func found(inputs: [String], outputs: [String]) throws {
    let bench = try bench()
    let outcome = try bench.program.run(Program.path, ["process"] + inputs + ["-p", "tiny", "-o", "out/"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(tree(bench, "out") == outputs)
  }

  @Test("What is not audio is counted in one line; a folder is read again without its outputs")
  func others() throws {
    let bench = try bench()
    let first = try bench.program.run("process", "takes", "-p", "tiny")
    #expect(first.status == 0)
    #expect(first.errors == "convaudio: 4 other files skipped: cover.png, list.csv, z.pdf, …\n")
    #expect(tree(bench, "takes").filter { $0.contains("tiny") }.count == 3)
    let again = try bench.program.run("process", "takes", "-p", "tiny", "--force")
    #expect(again.status == 0)
    #expect(tree(bench, "takes").filter { $0.contains("tiny.tiny") } == [])
    // As a shell writes out takes/*.
    let listed = try bench.program.run("process", "takes/a.wav", "takes/notes.txt", "-p", "tiny", "-o", "out/", "--force")
    #expect((listed.status, listed.errors) == (0, "convaudio: 1 other file skipped: notes.txt.\n"))
    #expect(try bench.program.run("process", "takes/notes.txt", "-p", "tiny").status == 1)
    // The outputs' folder is not an input.
    #expect(try bench.program.run("process", "takes", "-p", "tiny", "-o", "takes/out", "--force", "--quiet").status == 0)
    let twice = try bench.program.run("process", "takes", "-p", "tiny", "-o", "takes/out", "--force", "--quiet")
    #expect(twice.status == 0 && !tree(bench, "takes/out").contains { $0.hasPrefix("out/") })
  }

  @Test(
    "Nothing to read, and one file for several, are errors that say so",
    arguments: [
      ("takes/monday/*.csv -p tiny -o out/", 1, "takes/monday/*.csv: no audio file matches, only 1 other file: list.csv."),
      ("nothing/**/*.wav -p tiny -o out/", 1, "nothing/**/*.wav: no audio file matches."),
      ("take -p tiny", 1, "take: no audio file is in this folder."),
      ("takes -p tiny -o one.wav", 1, "one.wav: is the name of one file, and there are 3 outputs; name a folder, such as one/."),
      ("x1.wav x[1].wav -p tiny -o one.flac", 1, "one.flac: is the name of one file, and there are 2 outputs; name a folder, such as one/."),
      ("takes -p tiny -o -", 1, "--output - takes one input, and there are 3."),
    ])
  func refused(arguments: String, status: Int32, sentence: String) throws {
    let bench = try bench()
    mkdir(bench.path("take"), 0o700)
    let words = ["process", "--quiet"] + arguments.split(separator: " ").map(String.init)
    let outcome = try bench.program.run(Program.path, words)
    #expect((outcome.status, outcome.errors) == (status, "convaudio: \(sentence)\n"))
    #expect(tree(bench, ".").filter { $0.contains("tiny") || $0.contains("one") } == [])
  }

  @Test("Models in folders at any depth, with endings in capitals, and in patterns")
  func models() throws {
    let bench = try bench()
    let model =
      #"{"version":"0.5.4","architecture":"Linear","sample_rate":48000,"#
      + #""config":{"receptive_field":1,"bias":false},"weights":[0.5]}"#
    try FileManager.default.createDirectory(atPath: bench.path("amps/new"), withIntermediateDirectories: true)
    for name in ["amps/a.nam", "amps/new/B.NAM", "amps/readme.txt"] { try bench.write(name, Data(model.utf8)) }
    for pattern in ["amps", "amps/**/*", "amps/**/*.[nN][aA][mM]"] {
      let outcome = try bench.program.run("process", "x1.wav", "--models", pattern, "-o", "out/", "--force", "--tail", "cut")
      #expect(outcome.status == 0, "\(pattern) \(outcome.errors)")
      #expect(tree(bench, "out") == ["x1.B.wav", "x1.a.wav"])
      try FileManager.default.removeItem(atPath: bench.path("out"))
    }
    #expect(try bench.program.run("process", "x1.wav", "--model", "amps/new/B.NAM", "-o", "y.wav").status == 0)
    #expect(try bench.program.run("info", "amps/new/B.NAM").status == 0)
  }
}
