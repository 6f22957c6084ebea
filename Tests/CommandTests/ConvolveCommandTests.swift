import ConvAudioKit
import Foundation
import TestSupport
import Testing

@Suite struct ConvolveCommandTests {
  private func write(_ bench: Bench, _ name: String, _ shape: [Int], _ values: [Float]) throws {
    try NumPyArray(shape: shape, values: values).write(to: bench.path(name))
  }

  private func read(_ bench: Bench, _ name: String) throws -> NumPyArray {
    try NumPyArray(contentsOf: bench.path(name))
  }

  @Test("Axes that the input leaves out, the output leaves out; a bare kernel goes over every channel")
  func leftOut() throws {
    let bench = try Bench()
    try write(bench, "edge.npy", [2], [-1, 1])
    try write(bench, "signal.npy", [4], [1, 3, 6, 10])
    try write(bench, "channels.npy", [2, 3], [1, 2, 4, 0, 5, 5])
    try write(bench, "batch.npy", [2, 1, 3], [1, 2, 4, 0, 5, 5])
    try write(bench, "three.npy", [3, 1, 2], [-1, 1, 1, 1, 0, 2])
    let cases: [(x: String, w: String, shape: [Int], values: [Float])] = [
      ("signal.npy", "edge.npy", [3], [2, 3, 4]),
      ("channels.npy", "edge.npy", [2, 2], [1, 2, 5, 0]),
      ("batch.npy", "edge.npy", [2, 1, 2], [1, 2, 5, 0]),
      ("signal.npy", "three.npy", [3, 3], [2, 3, 4, 4, 9, 16, 6, 12, 20]),
    ]
    for (x, w, shape, values) in cases {
      let outcome = try bench.program.run("convolve", x, "--kernel", w, "-o", "y.npy", "--force")
      #expect((outcome.status, outcome.errors) == (0, ""))
      let y = try read(bench, "y.npy")
      #expect((y.shape, y.values) == (shape, values), "\(x) \(w)")
    }
  }

  @Test("The options reach the geometry")
  func options() throws {
    let bench = try Bench()
    try write(bench, "x.npy", [3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9])
    try write(bench, "w.npy", [2, 2], [1, 0, 0, -1])
    try write(bench, "b.npy", [1], [0.5])
    func run(_ options: String...) throws -> NumPyArray {
      let outcome = try bench.program.run(
        Program.path, ["convolve", "x.npy", "--kernel", "w.npy", "-o", "y.npy", "--force"] + options)
      #expect((outcome.status, outcome.errors) == (0, ""))
      return try read(bench, "y.npy")
    }
    #expect(try run().values == [-4, -4, -4, -4])
    #expect(try run("--flip").values == [4, 4, 4, 4])
    #expect(try run("--bias", "b.npy").values == [-3.5, -3.5, -3.5, -3.5])
    #expect(try run("--dilation", "2").values == [-8])
    #expect(try run("--stride", "2,1").values == [-4, -4])
    #expect(try run("--padding", "same").shape == [3, 3])
    #expect(try run("--padding", "full").shape == [4, 4])
    #expect(try run("--padding", "0:1,1:0", "--mode", "replicate").values == [-3, -4, -4, -3, -4, -4, 0, -1, -1])
    #expect(try run("--padding", "1", "--mode", "reflect").values[0] == 4)
    #expect(try run("--padding", "1", "--constant", "10").values[0] == 9)
    #expect(try run("--transposed", "--stride", "2", "--output-padding", "1").shape == [7, 7])
    #expect(try run("--threads", "3").values == [-4, -4, -4, -4])
  }

  @Test("--explain says which way was taken and what is left of the arithmetic")
  func explain() throws {
    let bench = try Bench()
    try write(bench, "x.npy", [28, 28], [Float](repeating: 1, count: 784))
    try write(bench, "w.npy", [3, 3], [Float](repeating: 1, count: 9))
    let outcome = try bench.program.run(
      "convolve", "x.npy", "--kernel", "w.npy", "--padding", "12", "--dilation", "12", "--explain", "-o", "y.npy")
    #expect(outcome.output.contains("direct"))
    #expect(outcome.output.contains("51 % lie within the input"), "\(outcome.output)")
  }

  @Test("What does not fit is one sentence, and leaves nothing")
  func errors() throws {
    let bench = try Bench()
    try write(bench, "x.npy", [3, 3], [Float](repeating: 1, count: 9))
    try write(bench, "w.npy", [2, 2], [1, 1, 1, 1])
    try write(bench, "wide.npy", [4, 4], [Float](repeating: 1, count: 16))
    try write(bench, "four.npy", [1, 1, 2, 2], [1, 1, 1, 1])
    try write(bench, "five.npy", [1, 1, 1, 3, 3], [Float](repeating: 1, count: 9))
    try bench.write("text.npy", Data("hello".utf8))
    let cases: [(arguments: [String], error: String)] = [
      (["x.npy", "--kernel", "wide.npy"], "axis 2 has 3 positions with its padding, expected at least 4 for one output"),
      (["five.npy", "--kernel", "four.npy"], "the input has 5 axes, expected 2 to 4 for a kernel of 2"),
      (["x.npy", "--kernel", "w.npy", "--stride", "1,2,3"], "3 strides were given, expected one, or 2: one an axis of the kernel"),
      (["x.npy", "--kernel", "w.npy", "--stride", "0"], "stride is 0, but must be at least 1"),
      (["x.npy", "--kernel", "w.npy", "--stride", "two"], "--stride is two, expected whole numbers such as 2 or 2,1"),
      (["x.npy", "--kernel", "w.npy", "--padding=-1"], "padding is -1, but must be at least 0"),
      (["x.npy", "--kernel", "w.npy", "--padding", "1:2:3"], "--padding is 1:2:3, expected causal, full, same, same-lower, same-upper, valid, or numbers such as 1, 1,2 or 1:2"),
      (["x.npy", "--kernel", "w.npy", "--padding", "9999999999"], "the number of elements is too large to be addressed"),
      (["x.npy", "--kernel", "w.npy", "--padding", "99999"], "the output in floats is"),
      (["x.npy", "--kernel", "w.npy", "--groups", "2"], "2 groups were asked for, but a kernel without channel axes goes over every channel by itself"),
      (["x.npy", "--kernel", "four.npy", "--groups", "0"], "groups is 0, but must be at least 1"),
      (["gone.npy", "--kernel", "w.npy"], "gone.npy: "), (["text.npy", "--kernel", "w.npy"], "text.npy: "),
    ]
    for (arguments, error) in cases {
      let outcome = try bench.program.run(Program.path, ["convolve"] + arguments + ["-o", "y.npy"])
      #expect(outcome.status == 1)
      #expect(outcome.errors.hasPrefix("convaudio: \(error)"), "\(arguments): \(outcome.errors)")
      #expect(!FileManager.default.fileExists(atPath: bench.path("y.npy")))
    }
  }
}
