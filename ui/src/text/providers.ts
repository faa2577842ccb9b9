// Providers as they write themselves; a name that is not listed stays as the source spells it.

const NAMES: Readonly<Record<string, string>> = {
  openai: 'OpenAI',
  anthropic: 'Anthropic',
  google: 'Google',
  vertex: 'Vertex AI',
  azure: 'Azure',
  bedrock: 'Bedrock',
  mistral: 'Mistral',
  xai: 'xAI',
  deepseek: 'DeepSeek',
  groq: 'Groq',
  cohere: 'Cohere',
  openrouter: 'OpenRouter',
  perplexity: 'Perplexity',
  together: 'Together',
  fireworks: 'Fireworks',
};

export function providerName(provider: string): string {
  return NAMES[provider] ?? provider;
}
