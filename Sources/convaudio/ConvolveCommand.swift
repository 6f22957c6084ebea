import ArgumentParser
import ConvAudioKit

struct ConvolveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convolve",
    abstract: "Convolve an array of any rank with a kernel.",
    discussion: """
      Arrays are NumPy files of floats. The input is [batch, channels, axes…]; batch, or batch and channels, may be left \
      out. The kernel is [output channels, input channels / groups, axes…], as in PyTorch, or without channel axes one \
      that goes over every channel. This is cross-correlation, as every framework has it; --flip mirrors the kernel.
      """)

  @Argument(help: "The input, a .npy file.")
  var input: String

  @Option(help: "The kernel, a .npy file.")
  var kernel: String

  @Option(help: "One number an output channel, a .npy file.")
  var bias: String?

  @Option(name: .shortAndLong, help: "The .npy file to make.")
  var output: String

  @OptionGroup(title: "Geometry") var geometry: GeometryOptions

  @Option(help: "Threads; they change no bit.")
  var threads = 1

  @Flag(help: "Print how it is computed, and why.")
  var explain = false

  @Flag(help: "Replace an output that exists.")
  var force = false

  func run() throws {
    _ = Interruption.install()
    try exitingOnError {
      let convolution = try geometry.convolution(threads: threads)
      try ReplacingFile.check(path: output, mayReplace: force)
      let x = try read(input)
      let w = try read(kernel)
      let b = try bias.map(read)
      let (y, explanation) = try convolution.run(input: x, kernel: w, bias: b)
      let file = try ReplacingFile(path: output, mayReplace: force)
      try y.write(to: file.temporaryPath)
      try file.commit()
      if explain { for line in explanation { writeToStandardOutput(line + "\n") } }
    }
  }

  func validate() throws {
    guard (1...1024).contains(threads) else { throw ValidationError("--threads is \(threads), expected 1 to 1024.") }
  }

  private func read(_ path: String) throws -> NumPyArray {
    let array = try NumPyArray(contentsOf: path)
    if let conversion = array.conversion { printError("\(path): \(conversion)") }
    return array
  }
}

/// The options that say how a kernel goes over its input.
struct GeometryOptions: ParsableArguments {
  @Option(help: ArgumentHelp("One number an axis, or one for all: 2 or 2,1.", valueName: "numbers"))
  var stride = "1"

  @Option(help: ArgumentHelp("One number an axis, or one for all.", valueName: "numbers"))
  var dilation = "1"

  @Option(
    help: ArgumentHelp(
      """
      valid, same (as PyTorch), same-upper or same-lower (as ONNX), full, causal, or numbers an axis: 1, 1,2 or \
      before:after.
      """, valueName: "what"))
  var padding = "valid"

  @Option(help: "What stands in the padding.")
  var mode = ModeName.zeros

  @Option(help: ArgumentHelp("What stands in the padding, as a number.", valueName: "number"))
  var constant: Float?

  @Option(help: "Independent parts that the channels are divided into; as many as channels: depthwise.")
  var groups = 1

  @Flag(help: "Transposed convolution: the kernel is [input channels, output channels / groups, axes…].")
  var transposed = false

  @Option(help: ArgumentHelp("Outputs added behind by --transposed.", valueName: "numbers"))
  var outputPadding = "0"

  @Flag(help: "Mirror the kernel along all axes: the mathematical convolution.")
  var flip = false

  @Option(help: "Axes that the kernel goes along, where its shape can be read in two ways.")
  var rank: Int?

  enum ModeName: String, ExpressibleByArgument, CaseIterable { case zeros, reflect, replicate, circular }

  func convolution(threads: Int) throws -> ArrayConvolution {
    var convolution = ArrayConvolution()
    convolution.stride = try numbers(stride, "--stride")
    convolution.dilation = try numbers(dilation, "--dilation")
    convolution.padding = try paddings()
    convolution.mode =
      switch mode {
      case .zeros: constant.map { .constant($0) } ?? .zeros
      case .reflect: .reflect
      case .replicate: .replicate
      case .circular: .circular
      }
    convolution.groups = groups
    convolution.isMirrored = flip
    convolution.rank = rank
    convolution.threads = threads
    if transposed { convolution.direction = .transposed(outputPadding: try numbers(outputPadding, "--output-padding")) }
    return convolution
  }

  private func paddings() throws -> [Padding] {
    let names: [String: Padding] = [
      "valid": .valid, "same": .same, "same-upper": .sameUpper, "same-lower": .sameLower, "full": .full,
      "causal": .causal,
    ]
    return try padding.split(separator: ",", omittingEmptySubsequences: false).map { part in
      if let name = names[String(part)] { return name }
      let sides = part.split(separator: ":", omittingEmptySubsequences: false).compactMap { Int(String($0)) }
      let parts = part.split(separator: ":", omittingEmptySubsequences: false).count
      guard sides.count == parts, parts <= 2, let before = sides.first, let after = sides.last else {
        let known = names.keys.sorted().joined(separator: ", ")
        throw CommandError("--padding is \(padding), expected \(known), or numbers such as 1, 1,2 or 1:2.")
      }
      return .explicit(before: before, after: after)
    }
  }

  private func numbers(_ list: String, _ option: String) throws -> [Int] {
    let numbers = list.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.allSatisfy({ $0 != nil }) else {
      throw CommandError("\(option) is \(list), expected whole numbers such as 2 or 2,1.")
    }
    return numbers.compactMap { $0 }
  }
}
