export const iconPath = '/favicon.svg';

/** A table with a place for each side, and the one that is called. */
export const faviconSvg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<rect width="32" height="32" rx="8" fill="#1d6b52"/>
<g fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round"><path d="M8 10h9M8 16h7M8 22h9"/></g>
<circle cx="23" cy="16" r="4" fill="#ffc857"/>
</svg>
`;
