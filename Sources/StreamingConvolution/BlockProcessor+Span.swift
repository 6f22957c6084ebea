extension BlockProcessor {
  /// `process` for spans of planar samples: one channel after the other, each as long as the block.
  ///
  /// - Parameters:
  ///   - input: `inputChannels · frames` samples; channel c starts at c · `frames`.
  ///   - output: Room for `outputChannels` channels. They start `frames` apart, or `maximumOutputFrames` apart if
  ///     `rate` is not 1/1.
  ///   - frames: 0 … `maximumBlockFrames`.
  /// - Returns: The frames written to every channel.
  /// - Real time: No allocation for up to 128 channels, whose pointers are kept on the stack.
  /// - Precondition: The spans are long enough.
  @discardableResult
  public func process(_ input: Span<Float>, into output: inout MutableSpan<Float>, frames: Int) -> Int {
    let outputFrames = rate == .unity ? frames : maximumOutputFrames
    precondition(
      input.count >= inputChannels * frames,
      "\(inputChannels) input channels of \(frames) frames were expected, but the span has \(input.count) samples")
    precondition(
      output.count >= outputChannels * outputFrames,
      "room for \(outputChannels) output channels of \(outputFrames) frames was expected, "
        + "but the span has \(output.count) samples")
    return input.withUnsafeBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: inputChannels) { inputs in
          withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>.self, capacity: outputChannels) { outputs in
            guard frames > 0, let x = source.baseAddress, let y = target.baseAddress else { return 0 }
            for channel in 0..<inputChannels { inputs.initializeElement(at: channel, to: x + channel * frames) }
            for channel in 0..<outputChannels { outputs.initializeElement(at: channel, to: y + channel * outputFrames) }
            return process(
              UnsafePointer(inputs.baseAddress!), into: UnsafePointer(outputs.baseAddress!), frames: frames)
          }
        }
      }
    }
  }
}
