/** Names that models bear which embed, rank, hear, speak or draw, and so answer no chat. */
export const notForChat = [
  '*embed*',
  '*rerank*',
  '*whisper*',
  '*tts*',
  '*transcribe*',
  '*moderation*',
  '*dall-e*',
  '*image*',
  'bge-*',
  'all-minilm*',
];
