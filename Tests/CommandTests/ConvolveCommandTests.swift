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

  @Test(
    "Axes that the input leaves out, the output leaves out; a bare kernel goes over every channel")
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
        Program.path,
        ["convolve", "x.npy", "--kernel", "w.npy", "-o", "y.npy", "--force"] + options)
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
    #expect(
      try run("--padding", "0:1,1:0", "--mode", "replicate").values == [
        -3, -4, -4, -3, -4, -4, 0, -1, -1,
      ])
    #expect(try run("--padding", "1", "--mode", "reflect").values[0] == 4)
    #expect(try run("--padding", "1", "--constant", "10").values[0] == 9)
    #expect(try run("--transposed", "--stride", "2", "--output-padding", "1").shape == [7, 7])
    #expect(try run("--threads", "3").values == [-4, -4, -4, -4])
  }

  @Test("--explain names the algorithm and how much arithmetic remains")
  func explain() throws {
    let bench = try Bench()
    try write(bench, "x.npy", [28, 28], [Float](repeating: 1, count: 784))
    try write(bench, "w.npy", [3, 3], [Float](repeating: 1, count: 9))
    let outcome = try bench.program.run(
      "convolve", "x.npy", "--kernel", "w.npy", "--padding", "12", "--dilation", "12", "--explain",
      "-o", "y.npy")
    #expect(outcome.output.contains("direct"))
    #expect(outcome.output.contains("51 % lie within the input"), "\(outcome.output)")
  }

  @Test("64-bit floats and Fortran order are read, an empty batch stays empty")
  func kinds() throws {
    let bench = try Bench()
    // np.save of np.asfortranarray([[1, 2], [3, 4 + 2⁻⁴⁰]]), and what does not fit 32 bits is said.
    var bytes = Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0])
    let text = "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 2), }"
    bytes += Data((text + String(repeating: " ", count: 117 - text.utf8.count) + "\n").utf8)
    for value in [1, 3, 2, 4 + 0x1p-40] as [Double] {
      bytes += withUnsafeBytes(of: value.bitPattern.littleEndian) { Data($0) }
    }
    try bench.write("x.npy", bytes)
    try write(bench, "w.npy", [1, 2], [-1, 10])
    let outcome = try bench.program.run("convolve", "x.npy", "--kernel", "w.npy", "-o", "y.npy")
    #expect(outcome.status == 0)
    #expect(
      outcome.errors
        == "convaudio: x.npy: 64-bit floats were converted to 32-bit floats: 1 of 4 were rounded.\n")
    #expect(try read(bench, "y.npy") == NumPyArray(shape: [2, 1], values: [19, 37]))

    try write(bench, "none.npy", [0, 1, 3, 4], [])
    #expect(
      try bench.program.run("convolve", "none.npy", "--kernel", "w.npy", "-o", "z.npy").status == 0)
    #expect(try read(bench, "z.npy").shape == [0, 1, 3, 3])
  }

  @Test("One NaN spoils the outputs that it reaches, and no others, also where transforms would be cheaper")
  func spoilt() throws {
    let bench = try Bench()
    for bad in [Float.nan, .infinity, 1e38] {
      var values = (0..<4000).map { Float($0 % 7) }
      values[2000] = bad
      try write(bench, "x.npy", [4000], values)
      try write(bench, "w.npy", [1000], [Float](repeating: 1, count: 1000))
      let outcome = try bench.program.run("convolve", "x.npy", "--kernel", "w.npy", "-o", "y.npy", "--force", "--explain")
      #expect(outcome.status == 0 && outcome.output.contains("direct sums, because 1 of the input's numbers"))
      let y = try read(bench, "y.npy").values
      let spoilt = y.indices.filter { !(abs(y[$0]) < 1e5) }
      #expect(spoilt == Array(1001...2000), "\(bad): \(spoilt.count)")
      let forced = try bench.program.run(
        "convolve", "x.npy", "--kernel", "w.npy", "-o", "y.npy", "--force", "--algorithm", "transforms")
      #expect(try forced.status == 0 && read(bench, "y.npy").values.contains { !(abs($0) < 1e5) })
    }
  }

  @Test("More memory than the process may have is one sentence, not a crash")
  func budget() throws {
    let bench = try Bench()
    try write(bench, "w.npy", [2], [1, 1])
    var header = Array(try Data(contentsOf: URL(filePath: bench.path("w.npy"))))
    let shape = Array("(2,), }".utf8)
    let place = try #require(header.indices.first { header[$0...].starts(with: shape) })
    header.replaceSubrange(place..<place + 17, with: Array("(1000000000,), } ".utf8))
    try Data(header[..<128]).write(to: URL(filePath: bench.path("x.npy")))
    truncate(bench.path("x.npy"), off_t(128 + 4_000_000_000))
    let outcome = try bench.program.shell(
      #"ulimit -v 2000000; "$0" convolve x.npy --kernel w.npy -o y.npy"#, [])
    #expect(outcome.status == 1)
    #expect(
      outcome.errors == "convaudio: x.npy: needs 4000000000 bytes of memory, which the system does not have.\n")
  }

  @Test("- is standard input and output, and the explanation then goes to standard error")
  func pipes() throws {
    let bench = try Bench()
    try write(bench, "x.npy", [4], [1, 3, 6, 10])
    try write(bench, "w.npy", [2], [-1, 1])
    let pipe = try bench.program.shell(
      "cat x.npy | \"$0\" convolve - --kernel w.npy -o - --explain | cat > y.npy; cat w.npy | \"$0\" convolve x.npy --kernel - -o z.npy"
    )
    #expect(pipe.status == 0)
    #expect(pipe.output == "")
    #expect(pipe.errors.contains("direct"))
    #expect(try read(bench, "y.npy").values == [2, 3, 4])
    #expect(try read(bench, "z.npy").values == [2, 3, 4])
    // A reader that goes away is content, a full disk is not, and input that ends early is an error.
    let gone = try bench.program.shell("\"$0\" convolve x.npy --kernel w.npy -o - | true")
    #expect((gone.status, gone.errors) == (0, ""))
    let short = try bench.program.shell(
      "head -c 136 x.npy | \"$0\" convolve - --kernel w.npy -o v.npy")
    #expect(
      (short.status, short.errors) == (
        1, "convaudio: standard input: ends after 136 bytes, expected 144.\n"
      ))
    #expect(try bench.files() == ["w.npy", "x.npy", "y.npy", "z.npy"])
  }

  @Test("An output may be replaced; a folder that is not there is found before the input is read")
  func places() throws {
    let bench = try Bench()
    try write(bench, "x.npy", [4], [1, 3, 6, 10])
    try write(bench, "w.npy", [2], [-1, 1])
    try write(bench, "y.npy", [1], [0])
    let kept = try bench.program.run("convolve", "x.npy", "--kernel", "w.npy", "-o", "y.npy")
    #expect(
      (kept.status, kept.errors) == (1, "convaudio: y.npy: already exists; use --force to replace it.\n"))
    #expect(
      try bench.program.run("convolve", "x.npy", "--kernel", "w.npy", "-o", "y.npy", "--force")
        .status == 0)
    #expect(try read(bench, "y.npy").values == [2, 3, 4])
    let gone = try bench.program.run(
      "convolve", "gone.npy", "--kernel", "w.npy", "-o", "gone/y.npy")
    #expect(
      (gone.status, gone.errors)
        == (
          1, "convaudio: gone/y.npy: cannot be written to its folder: No such file or directory.\n"
        ))
  }

  @Test("A signal ends a long run at once, and nothing is left")
  func signal() throws {
    let bench = try Bench()
    // 2 · 10¹¹ multiply-adds; the files are sparse.
    for (name, shape) in [("x.npy", [512, 128, 128]), ("w.npy", [512, 512, 7, 7])] {
      let text =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (\(shape.map(String.init).joined(separator: ", "))), }"
      let header = Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0])
      try bench.write(
        name,
        header + Data((text + String(repeating: " ", count: 117 - text.utf8.count) + "\n").utf8))
      truncate(bench.path(name), off_t(128 + 4 * shape.reduce(1, *)))
    }
    let outcome = try bench.program.shell(
      "\"$0\" convolve x.npy --kernel w.npy -o y.npy & sleep 0.3; kill -TERM $!; wait $!; echo $?")
    #expect(outcome.output == "143\n")
    #expect(try bench.files() == ["w.npy", "x.npy"])
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
    try write(bench, "three.npy", [4, 2, 3], [Float](repeating: 1, count: 24))
    try write(bench, "none.npy", [2, 0], [])
    let read =
      "because the kernel [1, 1, 2, 2] is read as 1 output channels, 1 input channels and 2 axes to go along"
    let cases: [(arguments: [String], error: String)] = [
      (
        ["x.npy", "--kernel", "wide.npy"],
        "axis 0 of the input has 3 positions with its padding, expected at least the 4 that the kernel spans."
      ),
      (
        ["five.npy", "--kernel", "four.npy"],
        "the input [1, 1, 1, 3, 3] has 5 axes, expected 2 to 4, \(read); --rank 4 reads it as a kernel without channel axes."
      ),
      (
        ["x.npy", "--kernel", "three.npy"],
        "the input [3, 3] has 3 channels before its last 1 axis, expected 2, because the kernel [4, 2, 3] is read as 4 output channels, 2 input channels and 1 axis to go along."
      ),
      (
        ["x.npy", "--kernel", "four.npy", "--groups", "2"],
        "1 output channels cannot be divided into 2 equal groups."
      ),
      (
        ["x.npy", "--kernel", "none.npy"],
        "the kernel [2, 0] has no numbers, expected at least one along each axis."
      ),
      (
        ["x.npy", "--kernel", "w.npy", "--rank", "5"],
        "the kernel has 2 axes, expected 5, or 7 with those of channels."
      ),
      (
        ["x.npy", "--kernel", "w.npy", "--bias", "w.npy"],
        "the bias has 2 axes, expected 1: one number per output channel."
      ),
      (
        ["x.npy", "--kernel", "w.npy", "--stride", "1,2,3"],
        "3 strides were given, expected 1, or 2: one per axis of the kernel."
      ),
      (["x.npy", "--kernel", "w.npy", "--stride", "0"], "stride is 0, but must be at least 1."),
      (
        ["x.npy", "--kernel", "w.npy", "--stride", "9223372036854775807"],
        "stride is 9223372036854775807, expected at most 1099511627776."
      ),
      (["x.npy", "--kernel", "w.npy", "--padding=-1"], "padding is -1, but must be at least 0."),
      (
        ["x.npy", "--kernel", "w.npy", "--padding", "3", "--mode", "reflect"],
        "axis 0 of the input is padded by 3 positions in mode reflect, expected at most 2 for its size."
      ),
      (
        ["x.npy", "--kernel", "w.npy", "--padding", "same", "--stride", "2"],
        "padding same takes a stride of 1, and it is 2; same-upper and same-lower take any."
      ),
      (
        ["x.npy", "--kernel", "w.npy", "--padding", "9223372036854775807"],
        "padding is 9223372036854775807, expected at most 1099511627776."
      ),
      (
        ["x.npy", "--kernel", "w.npy", "--padding", "1000000000000"],
        "the number of elements is too large to be addressed."
      ),
      (
        ["x.npy", "--kernel", "w.npy", "--padding", "99999999"],
        "the output [200000000, 200000000] needs more than 1000000 GiB of memory"
      ),
      (
        ["x.npy", "--kernel", "w.npy", "--groups", "2"],
        "2 groups were asked for, but a kernel without channel axes goes over every channel by itself."
      ),
      (["x.npy", "--kernel", "four.npy", "--groups", "0"], "groups is 0, but must be at least 1."),
      (["gone.npy", "--kernel", "w.npy"], "gone.npy: cannot be read: No such file or directory."),
      (["text.npy", "--kernel", "w.npy"], "text.npy: byte 0: expected a .npy file"),
      (
        ["-", "--kernel", "w.npy"],
        "standard input: byte 0: expected a .npy file, which begins with '\\x93NUMPY', but found an empty file."
      ),
    ]
    for (arguments, error) in cases {
      let outcome = try bench.program.run(Program.path, ["convolve"] + arguments + ["-o", "y.npy"])
      #expect(outcome.status == 1)
      #expect(outcome.errors.hasPrefix("convaudio: \(error)"), "\(arguments): \(outcome.errors)")
      #expect(!FileManager.default.fileExists(atPath: bench.path("y.npy")))
    }
  }
}
