import { z } from 'zod';
import { uuid } from '../fields.ts';
import { page, pageQuery } from '../paging.ts';
import { defineRoute, json } from '../route.ts';
import { notification, notificationStatus, notificationTemplates } from './notification.ts';

const idParams = z.strictObject({ id: uuid });

export const notificationRoutes = {
  notifyWaitee: defineRoute({
    capability: 'notifications',
    method: 'POST',
    path: '/api/waitlists/:id/waitees/:waiteeId/notify',
    summary: 'Remind a guest who was called; sent within a minute',
    access: 'user',
    params: z.strictObject({ id: uuid, waiteeId: uuid }),
    answers: { 202: json('The notification, due', notification) },
    errors: ['not_found', 'not_called', 'no_contact'],
    replay: 'keyed',
    volatile: ['id', 'createdAt'],
    headers: ['location'],
  }),
  listNotifications: defineRoute({
    capability: 'notifications',
    method: 'GET',
    path: '/api/notifications',
    summary: 'List the notifications of my waitlists, newest first',
    access: 'user',
    query: pageQuery.extend({
      waitlistId: uuid.optional(),
      waiteeId: uuid.optional(),
      status: notificationStatus.optional(),
    }),
    answers: { 200: json('A page of notifications', page(notification)) },
    errors: [],
    replay: 'safe',
    volatile: ['items[].status', 'items[].attempts', 'items[].lastError', 'items[].sentAt'],
  }),
  getNotification: defineRoute({
    capability: 'notifications',
    method: 'GET',
    path: '/api/notifications/:id',
    summary: 'Read a notification',
    access: 'user',
    params: idParams,
    answers: { 200: json('The notification', notification) },
    errors: ['not_found'],
    replay: 'safe',
    volatile: ['status', 'attempts', 'lastError', 'sentAt'],
  }),
  getNotificationTemplates: defineRoute({
    capability: 'notifications',
    method: 'GET',
    path: '/api/waitlists/:id/notification-templates',
    summary: 'Read what guests of this waitlist are written',
    access: 'user',
    params: idParams,
    answers: { 200: json('The templates', notificationTemplates) },
    errors: ['not_found'],
    replay: 'safe',
    volatile: [],
  }),
  putNotificationTemplates: defineRoute({
    capability: 'notifications',
    method: 'PUT',
    path: '/api/waitlists/:id/notification-templates',
    summary: 'Change what guests of this waitlist are written',
    access: 'user',
    params: idParams,
    json: notificationTemplates,
    answers: { 200: json('The templates as they are now', notificationTemplates) },
    errors: ['not_found'],
    replay: 'idempotent',
    volatile: [],
  }),
} as const;
