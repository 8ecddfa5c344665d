/** Lists the mails and shows the one that the address names (`#id`), so that each has a link and Back works. */

const byId = (id) => document.getElementById(id);
const time = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
let mails = [];
let shownId;

async function load() {
  const response = await fetch('api/mails');
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  mails = await response.json();
  showList();
  showMail();
}

function showList() {
  byId('count').textContent = mails.length ? `(${mails.length})` : '';
  document.title = mails.length ? `Mails (${mails.length})` : 'Mails';
  byId('empty').hidden = mails.length > 0;
  byId('clear').hidden = mails.length === 0;
  const focusedId = document.activeElement?.dataset?.id;
  byId('list').replaceChildren(...mails.map(listItem));
  if (focusedId) byId('list').querySelector(`[data-id="${focusedId}"]`)?.focus();
}

function listItem(mail) {
  const link = element('a', '', { href: `#${mail.id}` });
  link.dataset.id = mail.id;
  link.append(
    element('strong', mail.subject || '(no subject)'),
    element('time', shortTime(mail.date), { datetime: mail.date }),
    element('span', mail.to.join(', ')),
  );
  const item = document.createElement('li');
  item.append(link);
  return item;
}

function showMail() {
  const mail = mails.find(({ id }) => id === location.hash.slice(1));
  document.body.classList.toggle('reading', Boolean(mail));
  byId('mail').hidden = !mail;
  byId('hint').hidden = Boolean(mail) || mails.length === 0;
  for (const link of byId('list').querySelectorAll('a')) {
    if (link.dataset.id === mail?.id) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
  }
  if (mail?.id === shownId) return;
  shownId = mail?.id;
  if (!mail) return;
  byId('subject').textContent = mail.subject || '(no subject)';
  byId('from').textContent = mail.from;
  byId('to').textContent = mail.to.join(', ');
  byId('date').textContent = time.format(new Date(mail.date));
  byId('message-id').textContent = mail.messageId;
  byId('headers').textContent = mail.headers.map(({ name, value }) => `${name}: ${value}`).join('\n');
  byId('text').textContent = mail.text;
  byId('text-part').open = !mail.html;
  byId('attachments').hidden = mail.attachments.length === 0;
  byId('attachments').replaceChildren(
    ...mail.attachments.map(({ name, type, bytes }) =>
      element('li', `${name || 'unnamed'} (${type}, ${bytes} bytes)`),
    ),
  );
  byId('html').hidden = !mail.html;
  // Links leave the frame for a tab of their own.
  byId('html').srcdoc = mail.html ? `<base target="_blank">${mail.html}` : '';
}

function element(name, text, attributes = {}) {
  const created = document.createElement(name);
  created.textContent = text;
  for (const [key, value] of Object.entries(attributes)) created.setAttribute(key, value);
  return created;
}

function shortTime(date) {
  return new Date(date).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
}

function follow() {
  const events = new EventSource('api/events');
  const reload = () =>
    load().then(
      () => say(''),
      () => say('The server does not answer; trying again.'),
    );
  // Opened again after the server was away, so that what came meanwhile is seen too.
  events.addEventListener('open', reload);
  events.addEventListener('change', reload);
  events.addEventListener('error', () => say('The server is away; waiting for it.'));
}

function say(text) {
  byId('status').textContent = text;
}

byId('clear').addEventListener('click', async () => {
  if (!confirm(`Delete ${mails.length} mails?`)) return;
  await fetch('api/mails', { method: 'DELETE' });
});
addEventListener('hashchange', () => {
  showMail();
  if (!shownId) return;
  byId('mail').focus({ preventScroll: true });
  scrollTo(0, 0);
});
follow();
