extension BlockProcessor {
  /// `process` for spans of planar samples: channel after channel, as many frames of each as the block has.
  ///
  /// - Parameters:
  ///   - input: `inputChannels · frames` samples; channel c starts at c · `frames`.
  ///   - output: Room for `outputChannels` channels, each `frames` apart, or `maximumOutputFrames` apart where `rate`
  ///     is not 1/1.
  ///   - frames: 0 … `maximumBlockFrames`.
  /// - Returns: Frames written to every channel.
  /// - Real time: As the pointer form up to 128 channels; beyond, the lists of channels are allocated.
  /// - Precondition: The spans are long enough.
  /// - Real time: no allocation for up to 128 channels, whose pointers stand on the stack.
  @discardableResult
  public func process(_ input: Span<Float>, into output: inout MutableSpan<Float>, frames: Int) -> Int {
    let outputFrames = rate == .unity ? frames : maximumOutputFrames
    precondition(input.count >= inputChannels * frames, "a planar block holds every channel's frames")
    precondition(output.count >= outputChannels * outputFrames, "the output has room for every channel's frames")
    return input.withUnsafeBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: inputChannels) { inputs in
          withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>.self, capacity: outputChannels) { outputs in
            guard frames > 0, let x = source.baseAddress, let y = target.baseAddress else { return 0 }
            for channel in 0..<inputChannels { inputs.initializeElement(at: channel, to: x + channel * frames) }
            for channel in 0..<outputChannels { outputs.initializeElement(at: channel, to: y + channel * outputFrames) }
            return process(UnsafePointer(inputs.baseAddress!), into: UnsafePointer(outputs.baseAddress!), frames: frames)
          }
        }
      }
    }
  }
}
