import ConvAudioKit
import Foundation
import ReferenceConvolution
import TestSupport
import Testing

/// The picture of the page on arrays: Prewitt's and Sobel's kernels over a still life, as a program.
@Suite struct PictureExampleTests {
  private static let samples = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Samples").path

  private static let operators = (across: [0, 2], down: [1, 3], slopes: [6, 6, 8, 8] as [Float])

  private func edges(of input: String, in bench: Bench, _ options: String...) throws -> NumPyArray {
    let outcome = try bench.program.run(
      Program.path,
      ["convolve", input, "--kernel", "\(Self.samples)/edges.npy", "-o", "edges.npy", "--force"]
        + options)
    #expect((outcome.status, outcome.errors) == (0, ""))
    return try NumPyArray(contentsOf: bench.path("edges.npy"))
  }

  @Test("The edges of the still life are the reference's, and exact", arguments: ["1", "3"])
  func stillLife(threads: String) throws {
    let bench = try Bench()
    let picture = try NumPyArray(contentsOf: "\(Self.samples)/still-life.npy")
    let kernel = try NumPyArray(contentsOf: "\(Self.samples)/edges.npy")
    #expect(picture.shape == [192, 256])
    #expect(kernel.shape == [4, 1, 3, 3])
    let y = try edges(
      of: "\(Self.samples)/still-life.npy", in: bench, "--padding", "same", "--mode", "replicate",
      "--threads", threads)
    #expect(y.shape == [4] + picture.shape)

    let truth = ReferenceNDConvolution(
      weights: ReferenceGrid(kernel.shape, kernel.values),
      axes: [
        ReferenceAxis(kernel: 3, before: 1, after: 1),
        ReferenceAxis(kernel: 3, before: 1, after: 1),
      ],
      mode: .replicate
    ).apply(to: ReferenceGrid([1, 1] + picture.shape, picture.values))
    #expect(isWithin(y.values, truth))
    // Steps of 1/256 with whole weights: no sum is ever rounded, in any order.
    #expect(picture.values.allSatisfy { (0..<1).contains($0) && $0 * 256 == ($0 * 256).rounded() })
    #expect(y.values.map(Double.init) == truth.output.values)

    // The comparison notices a picture that is moved by a column, operators exchanged, and a lost tap.
    #expect(!isWithin(Array(y.values.dropFirst()) + [0], truth))
    let plane = picture.values.count
    #expect(!isWithin(Array(y.values[(2 * plane)...]) + y.values[..<(2 * plane)], truth))
    var lost = y.values
    lost[plane / 2 + 128] -= picture.values[plane / 2 + 127]
    #expect(!isWithin(lost, truth))
  }

  private func isWithin(_ values: [Float], _ truth: ReferenceSums) -> Bool {
    let truths = zip(truth.output.values, truth.errorBounds)
    return values.count == truth.output.values.count
      && zip(values, truths).allSatisfy { abs(Double($0) - $1.0) <= $1.1 }
  }

  @Test("The explanation in the page on arrays is what its last command prints")
  func explanation() throws {
    let bench = try Bench()
    let page = try String(
      contentsOfFile: Self.samples + "/../Documentation/arrays.md", encoding: .utf8)
    let block = try #require(page.firstRange(of: "```text\ndirect:"))
    let text = "direct:" + page[block.upperBound...].prefix { $0 != "`" }
    _ = try edges(
      of: "\(Self.samples)/still-life.npy", in: bench, "--padding", "same", "--mode", "replicate")
    let outcome = try bench.program.run(
      "convolve", "edges.npy", "--kernel", "\(Self.samples)/edges.npy", "--transposed", "--groups",
      "4", "--stride", "2", "-o", "large.npy", "--explain")
    #expect(outcome.output.hasPrefix(text), "\(outcome.output)")
  }

  @Test("On a ramp the operators give its slope, 6 and 8 times")
  func ramp() throws {
    let bench = try Bench()
    let (height, width) = (7, 9)
    let ramp = (0..<height * width).map { Float(3 * ($0 % width) - 5 * ($0 / width)) }
    try NumPyArray(shape: [1, height, width], values: ramp).write(to: bench.path("ramp.npy"))
    let y = try edges(of: "ramp.npy", in: bench)
    #expect(y.shape == [4, height - 2, width - 2])
    let plane = (height - 2) * (width - 2)
    for (index, slope) in Self.operators.slopes.enumerated() {
      let expected = (Self.operators.across.contains(index) ? 3 : -5) * slope
      #expect(
        y.values[(index * plane)..<((index + 1) * plane)].allSatisfy { $0 == expected },
        "operator \(index)")
    }
    // Mirrored, differences change their sign, and sums do not.
    #expect(try edges(of: "ramp.npy", in: bench, "--flip").values == y.values.map { -$0 })
  }

  @Test("On a step, each operator answers on both sides of it, and nowhere else")
  func step() throws {
    let bench = try Bench()
    let step = (0..<6 * 8).map { Float($0 % 8 < 4 ? 0 : 1) }
    try NumPyArray(shape: [6, 8], values: step).write(to: bench.path("step.npy"))
    let y = try edges(of: "step.npy", in: bench, "--padding", "same", "--mode", "replicate")
    for (index, slope) in Self.operators.slopes.enumerated() {
      let rows = stride(from: index * 48, to: (index + 1) * 48, by: 8).map {
        Array(y.values[$0..<($0 + 8)])
      }
      let height = Self.operators.across.contains(index) ? slope / 2 : 0
      #expect(rows.allSatisfy { $0 == [0, 0, 0, height, height, 0, 0, 0] }, "operator \(index)")
    }
  }
}
